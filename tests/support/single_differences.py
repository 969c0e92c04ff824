"""A sale, and each thing that can differ about it."""

from __future__ import annotations

from dataclasses import replace

from shared.finance.reconciliation.findings import (
    DifferenceKind,
    RepairName,
)
from shared.finance.reconciliation.records import (
    ClaimRecord,
    EventAtStripe,
    ObjectAtStripe,
    ObjectRecord,
    OpenPosting,
    OrderRecord,
    VendorEarnings,
    WrongSum,
)
from tests.support.compared import sale

SOLD = sale(1, 4990, 125, 97)


ROW, INTENT = SOLD.payments[0], SOLD.intents[0]


# What differs alone, how it is told, and what repairs it.
SINGLE_DIFFERENCES = [
    (
        replace(SOLD, payments=(replace(ROW, state="pending"),)),
        DifferenceKind.ORDER_UNPAID,
        RepairName.CONFIRM_PAYMENT,
    ),
    (
        replace(SOLD, payments=(replace(ROW, state="canceled"),)),
        DifferenceKind.ORDER_UNPAID,
        RepairName.NONE,
    ),
    (
        replace(SOLD, payments=(replace(ROW, state="opening", intent_id=None),)),
        DifferenceKind.ORDER_UNPAID,
        RepairName.CONFIRM_PAYMENT,
    ),
    (
        replace(SOLD, payments=(replace(ROW, amount=5000),)),
        DifferenceKind.PAYMENT_DIFFERS,
        RepairName.NONE,
    ),
    (
        replace(SOLD, payments=(replace(ROW, currency="DKK"),)),
        DifferenceKind.PAYMENT_DIFFERS,
        RepairName.NONE,
    ),
    (
        replace(SOLD, intents=(replace(INTENT, status="processing"),)),
        DifferenceKind.PAYMENT_DIFFERS,
        RepairName.NONE,
    ),
    (replace(SOLD, intents=()), DifferenceKind.PAYMENT_MISSING, RepairName.NONE),
    (
        replace(SOLD, payments=(replace(ROW, order_state="pending"),)),
        DifferenceKind.ORDER_BEHIND,
        RepairName.MARK_PAID,
    ),
    (
        replace(SOLD, payments=(replace(ROW, stripe_fee=1),)),
        DifferenceKind.CHARGE_DIFFERS,
        RepairName.READ_CHARGE,
    ),
    (
        replace(SOLD, orphans=frozenset({"sale:9"})),
        DifferenceKind.POSTING_ORPHANED,
        RepairName.NONE,
    ),
    (
        replace(SOLD, open_postings=(OpenPosting("sale:9", 2, {"EUR": 0}),)),
        DifferenceKind.POSTING_OPEN,
        RepairName.CLOSE_POSTING,
    ),
    (
        replace(SOLD, open_postings=(OpenPosting("sale:9", 1, {"EUR": 5}),)),
        DifferenceKind.POSTING_OPEN,
        RepairName.NONE,
    ),
    (
        replace(SOLD, wrong_sums=(WrongSum("commission", None, "EUR", 5, 4),)),
        DifferenceKind.LEDGER_SUM_DIFFERS,
        RepairName.NONE,
    ),
    (
        replace(SOLD, ledger_sums={"EUR": 0, "DKK": 5}),
        DifferenceKind.LEDGER_UNBALANCED,
        RepairName.NONE,
    ),
    (
        replace(SOLD, receivables={(7, "EUR"): (500, 0)}),
        DifferenceKind.RECEIVABLE_DIFFERS,
        RepairName.NONE,
    ),
    (
        replace(SOLD, receivables={(7, "EUR"): (0, 500)}),
        DifferenceKind.RECEIVABLE_DIFFERS,
        RepairName.NONE,
    ),
    (
        replace(SOLD, earnings=(VendorEarnings(7, "EUR", 500, 400),)),
        DifferenceKind.EARNED_DIFFERS,
        RepairName.NONE,
    ),
    (
        replace(
            SOLD,
            earnings=(
                VendorEarnings(
                    7,
                    "EUR",
                    500,
                    400,
                    30,
                    {3: 50, 4: 20},
                ),
            ),
        ),
        DifferenceKind.EARNED_DIFFERS,
        RepairName.POST_REFUNDS,
    ),
    (
        replace(
            SOLD,
            earnings=(VendorEarnings(7, "EUR", 500, 400, 30, {3: 50}),),
        ),
        DifferenceKind.EARNED_DIFFERS,
        RepairName.NONE,
    ),
    (
        replace(SOLD, orders=(OrderRecord(1, "MH-1", 7, "EUR", 100, 0),)),
        DifferenceKind.REFUNDED_MISCOUNTED,
        RepairName.RECOUNT_REFUNDED,
    ),
    (
        replace(
            SOLD,
            orders=(
                OrderRecord(
                    1,
                    "MH-1",
                    7,
                    "EUR",
                    0,
                    0,
                    {"was taken by banks": (0, 100)},
                ),
            ),
        ),
        DifferenceKind.REFUNDED_MISCOUNTED,
        RepairName.RECOUNT_REFUNDED,
    ),
    (
        replace(
            SOLD,
            claims=(
                ClaimRecord(
                    1,
                    "refund:1",
                    7,
                    "EUR",
                    100,
                    50,
                    0,
                    0,
                    50,
                ),
            ),
        ),
        DifferenceKind.CLAIM_UNSETTLED,
        RepairName.SETTLE_CLAIM,
    ),
    (
        replace(
            SOLD,
            claims=(
                ClaimRecord(
                    1,
                    "refund:1",
                    7,
                    "EUR",
                    100,
                    100,
                    0,
                    0,
                    50,
                ),
            ),
        ),
        DifferenceKind.CLAIM_MISCOUNTED,
        RepairName.RECOUNT_CLAIM,
    ),
    (
        replace(SOLD, earnings=(VendorEarnings(7, "EUR", 500, 500, set_off=5),)),
        DifferenceKind.CLAIM_MISCOUNTED,
        RepairName.NONE,
    ),
    (
        replace(
            SOLD,
            claims=(
                ClaimRecord(
                    1,
                    "refund:1",
                    7,
                    "EUR",
                    0,
                    100,
                    0,
                    0,
                    100,
                    netted=-40,
                ),
            ),
        ),
        DifferenceKind.CLAIM_UNSETTLED,
        RepairName.SETTLE_CLAIM,
    ),
    (
        replace(SOLD, missed_events=(EventAtStripe("evt_1", "charge.updated"),)),
        DifferenceKind.EVENTS_MISSED,
        RepairName.BACKFILL,
    ),
    (
        replace(SOLD, parked_events=(EventAtStripe("evt_1", "charge.updated"),)),
        DifferenceKind.EVENT_PARKED,
        RepairName.REPLAY,
    ),
    (
        replace(
            SOLD,
            objects=(ObjectRecord("refund", 1, "re_1", "pending", 5, "EUR", 7),),
        ),
        DifferenceKind.REFUND_MISSING,
        RepairName.NONE,
    ),
    (
        replace(
            SOLD,
            objects_at_stripe=(
                ObjectAtStripe("payout", "po_1", "paid", 5, "EUR", 7, "acct_1"),
            ),
        ),
        DifferenceKind.PAYOUT_UNKNOWN,
        RepairName.FOLLOW_PAYOUT,
    ),
    (
        replace(
            SOLD,
            objects_at_stripe=(
                ObjectAtStripe("dispute", "du_1", "lost", 5, "EUR", intent_id="pi_1"),
            ),
        ),
        DifferenceKind.DISPUTE_UNKNOWN,
        RepairName.FOLLOW_DISPUTE,
    ),
]
