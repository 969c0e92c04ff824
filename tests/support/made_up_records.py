"""Records of both sides of a comparison, as chance makes them up."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from hypothesis import strategies as st

from shared.finance.reconciliation.records import (
    ClaimRecord,
    IntentAtStripe,
    LedgerLine,
    MovementRecord,
    ObjectAtStripe,
    ObjectRecord,
    PaymentRecord,
    TransactionAtStripe,
)


def paid(number: int) -> dict[str, Any]:
    """A payment that both sides know in the same way."""
    pi, ch, tr, fee = (f"{kind}_{number}" for kind in ("pi", "ch", "tr", "fee"))
    txn = [f"txn_{number}_{n}" for n in range(4)]
    return {
        "payments": [
            PaymentRecord(
                number, number, f"MH-{number}", "paid", 1, "succeeded", 1000, "EUR",
                pi, ch, tr, fee, txn[0], 40,
            )
        ],
        "intents": [
            IntentAtStripe(pi, "succeeded", 1000, 1000, "EUR", ch, number, f"MH-{number}")
        ],
        "transactions": [
            TransactionAtStripe(
                txn[0], "charge", 1000, 40, 960, "EUR", ch,
                {"payment_intent": pi, "transfer": tr, "application_fee": fee},
            ),
            TransactionAtStripe(txn[1], "transfer", -1000, 0, -1000, "EUR", tr),
            TransactionAtStripe(
                txn[2], "application_fee", 100, 0, 100, "EUR", fee,
                {"originating_transaction": ch},
            ),
            TransactionAtStripe(
                txn[3], "payment", 1000, 100, 900, "EUR", f"py_{number}",
                {"source_transfer": tr}, 1,
            ),
        ],
        "lines": [
            LedgerLine(None, "EUR", pi, 60, "sale", f"sale:{number}"),
            LedgerLine(1, "EUR", pi, 900, "sale", f"sale:{number}"),
        ],
    }  # fmt: skip


IDS = st.sampled_from
VENDORS = st.sampled_from((None, 1, 2))
AMOUNTS = st.sampled_from((-100, -10, 0, 10, 20))
INTENTS = IDS(("pi_1", "pi_2", "pi_3"))
# What records name: also of sales that agree, and of which they make something else.
NAMED = INTENTS | IDS(("pi_10", "pi_20"))
CHARGES = IDS(("ch_1", "ch_2", "ch_10"))
TRANSFERS = IDS(("tr_1", "tr_2", "tr_10", "tr_20"))
FEES = IDS(("fee_1", "fee_2", "fee_10", "fee_20"))
REVERSALS = IDS(("trr_1", "trr_2", "trr_20"))
FEE_REFUNDS = IDS(("fr_1", "fr_2", "fr_20"))
PAYOUTS = IDS(("po_1", "po_2"))
REFUNDS = IDS(("re_1", "re_2", "du_1"))
ROWS = IDS(("txn_1", "txn_2", "txn_3", "txn_4"))
ANY = st.one_of(
    NAMED,
    CHARGES,
    TRANSFERS,
    FEES,
    REVERSALS,
    FEE_REFUNDS,
    PAYOUTS,
    REFUNDS,
    ROWS,
)
TYPES = st.sampled_from(
    (
        "charge",
        "transfer",
        "application_fee",
        "application_fee_refund",
        "payment",
        "transfer_refund",
        "payment_refund",
        "adjustment",
        "payout",
        "payout_failure",
        "refund",
        "reserve_hold",
        "stripe_fee",
    )
)
LINKS = st.fixed_dictionaries(
    {},
    optional={
        "payment_intent": NAMED,
        "transfer": TRANSFERS,
        "application_fee": FEES,
        "originating_transaction": CHARGES,
        "fee": FEES,
        "charge": CHARGES,
        "source_transaction": CHARGES,
        "source_transfer": TRANSFERS,
        "source_transfer_reversal": REVERSALS,
        "source_refund": REFUNDS,
        "payout": PAYOUTS,
    },
)
EUR = st.just("EUR")
NUMBERS = st.integers(1, 3)


def some(
    record: Any, of_its_own: str | None, /, **parts: Any
) -> st.SearchStrategy[Any]:
    """A few records, each with a key of its own."""
    unique = attrgetter(of_its_own) if of_its_own else None
    return st.lists(st.builds(record, **parts), max_size=5, unique_by=unique)


PAYMENTS = some(
    PaymentRecord,
    "id",
    id=NUMBERS,
    order_id=NUMBERS,
    order_number=IDS(("MH-1", "MH-2")),
    order_state=IDS(("paid", "pending")),
    vendor_id=st.integers(1, 2),
    state=IDS(
        (
            "opening",
            "pending",
            "succeeded",
            "refunded",
            "parked",
            "processing",
            "canceled",
        )
    ),
    amount=AMOUNTS,
    currency=EUR,
    intent_id=st.none() | INTENTS,
    charge_id=st.none() | CHARGES,
    transfer_id=st.none() | TRANSFERS,
    fee_id=st.none() | FEES,
    transaction_id=st.none() | ROWS,
    stripe_fee=AMOUNTS,
    recent=st.booleans(),
)
AT_STRIPE = some(
    IntentAtStripe,
    "id",
    id=INTENTS,
    status=IDS(("succeeded", "processing", "canceled", "requires_action")),
    amount=AMOUNTS,
    received=AMOUNTS,
    currency=EUR,
    charge_id=st.none() | CHARGES,
    payment_id=st.none() | NUMBERS | st.just(10),
    order_number=st.none() | IDS(("MH-1", "MH-2")),
)
TRANSACTIONS = some(
    TransactionAtStripe,
    "id",
    id=ROWS,
    type=TYPES,
    amount=AMOUNTS,
    fee=AMOUNTS,
    net=AMOUNTS,
    currency=EUR,
    source=st.none() | ANY,
    links=LINKS,
    vendor_id=VENDORS,
    recent=st.booleans(),
)
WHATS = IDS(("refund", "dispute", "payout"))
OBJECTS = some(
    ObjectRecord,
    "stripe_id",
    what=WHATS,
    id=NUMBERS,
    stripe_id=REFUNDS | PAYOUTS,
    state=IDS(("pending", "succeeded")),
    amount=AMOUNTS,
    currency=EUR,
    vendor_id=VENDORS,
    account=st.none(),
    recent=st.booleans(),
)
OBJECTS_AT_STRIPE = some(
    ObjectAtStripe,
    "id",
    what=WHATS,
    id=REFUNDS | PAYOUTS,
    state=IDS(("pending", "succeeded")),
    amount=AMOUNTS,
    currency=EUR,
    vendor_id=VENDORS,
    account=st.none(),
    intent_id=st.none() | NAMED,
)
SUBJECTS = IDS(("refund:1", "dispute:1"))
MOVEMENTS = some(
    MovementRecord,
    "id",
    id=NUMBERS,
    claim_id=NUMBERS,
    subject=SUBJECTS,
    kind=IDS(("reversal", "transfer", "fee_refund")),
    state=IDS(("opening", "done", "refused")),
    amount=IDS((10, 20)),
    currency=EUR,
    vendor_id=st.integers(1, 2),
    stripe_id=st.none() | TRANSFERS | REVERSALS | FEE_REFUNDS,
    payment_id=NUMBERS | st.just(10),
    recent=st.booleans(),
)
CLAIMS = some(
    ClaimRecord,
    "id",
    id=NUMBERS,
    subject=SUBJECTS,
    vendor_id=st.integers(1, 2),
    currency=EUR,
    amount=AMOUNTS,
    taken=AMOUNTS,
    receivable=AMOUNTS,
    written_off=st.just(0),
    moved=AMOUNTS,
    payment_id=NUMBERS | st.just(10),
    bears=st.none() | AMOUNTS,
)
LINES = some(
    LedgerLine,
    None,
    vendor_id=VENDORS,
    currency=EUR,
    stripe_id=ANY | st.just(""),
    amount=AMOUNTS,
    kind=IDS(("sale", "moved", "refund", "unexplained", "explained")),
    key=IDS(("sale:1", "moved:1", "refund:1", "unexplained:txn_1:1")),
    recent=st.booleans(),
)

DISORDER = {
    "payments": PAYMENTS,
    "intents": AT_STRIPE,
    "objects": OBJECTS,
    "objects_at_stripe": OBJECTS_AT_STRIPE,
    "movements": MOVEMENTS,
    "claims": CLAIMS,
    "transactions": TRANSACTIONS,
    "lines": LINES,
}
