"""The comparison itself: every balance transaction is explained by its own postings, and every
tampering by one finding.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
    persisting,
)
from shared.finance.reconciliation.records import (
    BothSides,
    ClaimRecord,
    EventAtStripe,
    IntentAtStripe,
    LedgerLine,
    MovementRecord,
    ObjectAtStripe,
    ObjectRecord,
    OpenPosting,
    OrderRecord,
    PaymentRecord,
    TransactionAtStripe,
    VendorEarnings,
    WrongSum,
)

VENDOR = 7


def sale(
    n: int,
    total: int,
    fee: int,
    stripe_fee: int,
    currency: str = "EUR",
) -> BothSides:
    """One destination charge on both sides."""
    pi, ch, tr, cf, txn, py = (
        f"{kind}_{n}" for kind in ("pi", "ch", "tr", "fee", "txn_ch", "py")
    )
    links = {"payment_intent": pi, "transfer": tr} | (
        {"application_fee": cf} if fee else {}
    )
    rows = [
        TransactionAtStripe(
            txn, "charge", total, stripe_fee, total - stripe_fee, currency, ch, links
        ),
        TransactionAtStripe(
            f"txn_tr_{n}",
            "transfer",
            -total,
            0,
            -total,
            currency,
            tr,
            {"source_transaction": ch},
        ),
        TransactionAtStripe(
            f"txn_py_{n}",
            "payment",
            total,
            fee,
            total - fee,
            currency,
            py,
            {"source_transfer": tr},
            VENDOR,
        ),
    ]
    lines = [
        LedgerLine(VENDOR, currency, pi, total - fee, "sale", f"sale:{n}"),
        LedgerLine(None, currency, txn, -stripe_fee, "stripe_fee", f"stripe_fee:{n}"),
    ]
    if fee:
        rows.append(
            TransactionAtStripe(
                f"txn_fee_{n}",
                "application_fee",
                fee,
                0,
                fee,
                currency,
                cf,
                {"originating_transaction": ch},
            )
        )
        lines.append(LedgerLine(None, currency, pi, fee, "sale", f"sale:{n}"))
    row = PaymentRecord(
        n,
        n,
        f"MH-{n}",
        "paid",
        VENDOR,
        "succeeded",
        total,
        currency,
        pi,
        ch,
        tr,
        cf if fee else None,
        txn,
        stripe_fee,
    )
    return BothSides(
        payments=(row,),
        intents=(
            IntentAtStripe(pi, "succeeded", total, total, currency, ch, n, f"MH-{n}"),
        ),
        transactions=tuple(rows),
        lines=tuple(lines),
        posted=frozenset({f"sale:{n}", f"stripe_fee:{n}"}),
    )


def movement(
    facts: BothSides,
    n: int,
    kind: str,
    amount: int,
    *,
    fee_back: int = 0,
) -> BothSides:
    """A reversal (perhaps with commission that comes back on the same row) or a transfer back, on
    both sides.
    """
    row = facts.payments[0]
    currency = row.currency
    rows: list[TransactionAtStripe] = []
    lines: list[LedgerLine] = []
    movements: list[MovementRecord] = []

    def moved(stripe_id: str, what: str, signed: int) -> None:
        movements.append(
            MovementRecord(
                len(facts.movements) + len(movements) + 100 * n,
                n,
                "refund:1",
                what,
                "done",
                abs(signed),
                currency,
                VENDOR,
                stripe_id,
                row.id,
            )
        )
        lines.append(
            LedgerLine(None, currency, stripe_id, signed, "moved", f"moved:{stripe_id}")
        )
        lines.append(
            LedgerLine(
                VENDOR, currency, stripe_id, -signed, "moved", f"moved:{stripe_id}"
            )
        )

    if kind == "reversal":
        trr, pyr, fr = f"trr_{n}", f"pyr_{n}", f"fr_{n}"
        rows.append(
            TransactionAtStripe(
                f"txn_trr_{n}",
                "transfer_refund",
                amount,
                0,
                amount,
                currency,
                trr,
                {"transfer": str(row.transfer_id)},
            )
        )
        rows.append(
            TransactionAtStripe(
                f"txn_pyr_{n}",
                "payment_refund",
                -amount,
                -fee_back,
                fee_back - amount,
                currency,
                pyr,
                {"source_transfer_reversal": trr},
                VENDOR,
            )
        )
        moved(trr, "reversal", amount)
        if fee_back:
            rows.append(
                TransactionAtStripe(
                    f"txn_fr_{n}",
                    "application_fee_refund",
                    -fee_back,
                    0,
                    -fee_back,
                    currency,
                    fr,
                    {"fee": str(row.fee_id)},
                )
            )
            moved(fr, "fee_refund", -fee_back)
    elif kind == "transfer":
        tr = f"tr_again_{n}"
        rows.append(
            TransactionAtStripe(
                f"txn_again_{n}",
                "transfer",
                -amount,
                0,
                -amount,
                currency,
                tr,
                {"source_transaction": str(row.charge_id)},
            )
        )
        rows.append(
            TransactionAtStripe(
                f"txn_pya_{n}",
                "payment",
                amount,
                0,
                amount,
                currency,
                f"pya_{n}",
                {"source_transfer": tr},
                VENDOR,
            )
        )
        moved(tr, "transfer", -amount)
    else:
        fr = f"fr_{n}"
        rows.append(
            TransactionAtStripe(
                f"txn_fr_{n}",
                "application_fee_refund",
                -amount,
                0,
                -amount,
                currency,
                fr,
                {"fee": str(row.fee_id)},
            )
        )
        rows.append(
            TransactionAtStripe(
                f"txn_adj_{n}",
                "adjustment",
                amount,
                0,
                amount,
                currency,
                fr,
                {"fee": str(row.fee_id)},
                VENDOR,
            )
        )
        moved(fr, "fee_refund", -amount)
    return join(
        facts,
        BothSides(
            transactions=tuple(rows), lines=tuple(lines), movements=tuple(movements)
        ),
    )


def join(*all_facts: BothSides) -> BothSides:
    """Everything together."""
    names = (
        "payments",
        "intents",
        "objects",
        "objects_at_stripe",
        "movements",
        "transactions",
        "lines",
    )
    parts: dict[str, Any] = {
        name: tuple(x for f in all_facts for x in getattr(f, name)) for name in names
    }
    return BothSides(
        **parts,
        posted=frozenset().union(*(f.posted for f in all_facts)),
    )


def balanced(facts: BothSides) -> BothSides:
    """With the balances that both sides come to."""
    places = {(t.vendor_id, t.currency) for t in facts.transactions} | {
        (x.vendor_id, x.currency) for x in facts.lines
    }
    balances = {
        place: (
            sum(x.amount for x in facts.lines if (x.vendor_id, x.currency) == place),
            sum(
                t.net for t in facts.transactions if (t.vendor_id, t.currency) == place
            ),
        )
        for place in places
    }
    return replace(facts, balances=balances)


def kinds(findings: list[FoundDifference]) -> list[DifferenceKind]:
    return [finding.kind for finding in findings]


amounts = st.integers(100, 100_000)


@st.composite
def markets(draw: st.DrawFn) -> BothSides:
    """A few sales with what came after them."""
    parts = []
    for n in range(1, draw(st.integers(1, 4)) + 1):
        total = draw(amounts)
        facts = sale(
            n,
            total,
            draw(st.integers(0, total - 1)),
            draw(st.integers(1, 90)),
            draw(st.sampled_from(["EUR", "DKK"])),
        )
        fee = facts.payments[0].fee_id is not None
        for m in range(draw(st.integers(0, 4))):
            kind = draw(
                st.sampled_from(
                    ["reversal", "transfer", "fee"] if fee else ["reversal", "transfer"]
                )
            )
            back = draw(st.integers(0, 50)) if kind == "reversal" and fee else 0
            facts = movement(
                facts,
                10 * n + m,
                kind,
                draw(st.integers(60, 500)),
                fee_back=back,
            )
        parts.append(facts)
    return balanced(join(*parts))


@given(markets())
def test_what_belongs_together_is_explained(facts: BothSides) -> None:
    """Whatever sales, reversals, transfers and fee refunds there were."""
    assert compare(facts) == []


@given(markets(), st.data())
def test_a_line_of_the_ledger_that_is_gone_is_one_finding(
    facts: BothSides, data: st.DataObject
) -> None:
    """One movement's posting (with the row's mark of it), whichever it was: exactly one thing is
    said, and it names it.
    """
    gone = data.draw(st.sampled_from(sorted({line.key for line in facts.lines})))
    lines = tuple(line for line in facts.lines if line.key != gone)
    found = compare(
        balanced(
            replace(
                facts,
                lines=lines,
                posted=facts.posted - {gone},
            )
        )
    )
    assert len(found) == 1, found
    named = {line.stripe_id for line in facts.lines if line.key == gone}
    links = {facts.payments[0].intent_id}
    assert (
        found[0].repair is not RepairName.NONE
        or found[0].kind is DifferenceKind.MONEY_DIFFERS
    )
    assert found[0].stripe_id in named | links | {
        row.charge_id for row in facts.payments
    } | {row.intent_id for row in facts.payments}


@given(markets(), st.data())
def test_a_row_of_stripe_s_books_that_is_gone_is_found_once(
    facts: BothSides, data: st.DataObject
) -> None:
    """The balance that it was part of is not told a second time."""
    gone = data.draw(st.sampled_from(facts.transactions))
    found = compare(
        balanced(
            replace(
                facts,
                transactions=tuple(t for t in facts.transactions if t is not gone),
            )
        )
    )
    assert found
    assert DifferenceKind.BALANCE_DIFFERS not in kinds(found)


@given(markets(), amounts)
def test_a_balance_that_nothing_explains_is_told_last(
    facts: BothSides, extra: int
) -> None:
    """The check of checks."""
    place = next(iter(facts.balances))
    ours, theirs = facts.balances[place]
    assert kinds(
        compare(
            replace(
                facts,
                balances={**facts.balances, place: (ours, theirs + extra)},
            )
        )
    ) == [DifferenceKind.BALANCE_DIFFERS]


@given(markets(), amounts)
def test_money_that_nobody_knows_is_parked_and_then_explained(
    facts: BothSides, net: int
) -> None:
    """The repair posts it to suspense, under the balance transaction's own id."""
    strange = TransactionAtStripe("txn_x", "stripe_fee", -net, 0, -net, "EUR", "txr_1")
    with_it = balanced(replace(facts, transactions=(*facts.transactions, strange)))
    (found,) = compare(with_it)
    assert (found.kind, found.repair) == (
        DifferenceKind.MONEY_UNEXPLAINED,
        RepairName.SUSPEND,
    )
    parked = tuple(
        LedgerLine(v, c, i, n, "unexplained", f"unexplained:{i}")
        for i, v, n, c in found.arguments["transactions"]
    )
    assert (
        compare(
            balanced(
                replace(
                    with_it,
                    lines=(*with_it.lines, *parked),
                )
            )
        )
        == []
    )


def test_parked_money_whose_posting_comes_later_leaves_suspense() -> None:
    """Else it would be counted twice."""
    out = TransactionAtStripe(
        "txn_po", "payout", -500, 0, -500, "EUR", "po_1", {}, VENDOR
    )
    parked = LedgerLine(
        VENDOR, "EUR", "txn_po", -500, "unexplained", "unexplained:txn_po"
    )
    sent = LedgerLine(VENDOR, "EUR", "po_1", -500, "payout_sent", "payout_sent:1")
    assert (
        compare(
            balanced(
                BothSides(
                    transactions=(out,),
                    lines=(parked,),
                )
            )
        )
        == []
    )
    (found,) = compare(
        balanced(
            BothSides(
                transactions=(out,),
                lines=(parked, sent),
            )
        )
    )
    assert (found.kind, found.repair, found.arguments["transactions"]) == (
        DifferenceKind.SUSPENSE_EXPLAINED,
        RepairName.CLEAR_SUSPENSE,
        ["txn_po"],
    )
    undone = LedgerLine(VENDOR, "EUR", "txn_po", 500, "explained", "explained:txn_po")
    assert (
        compare(
            balanced(
                BothSides(
                    transactions=(out,),
                    lines=(parked, sent, undone),
                )
            )
        )
        == []
    )
    taken_back = LedgerLine(
        VENDOR, "EUR", "po_1", 500, "reversed", "reversed:payout_sent:1"
    )
    nothing = (parked, sent, undone, taken_back)
    (found,) = compare(balanced(BothSides(transactions=(out,), lines=nothing)))
    assert (found.kind, found.repair) == (
        DifferenceKind.MONEY_UNEXPLAINED,
        RepairName.SUSPEND,
    )
    again = LedgerLine(
        VENDOR, "EUR", "txn_po", -500, "unexplained", "unexplained:txn_po:2"
    )
    assert (
        compare(
            balanced(
                BothSides(
                    transactions=(out,),
                    lines=(*nothing, again),
                )
            )
        )
        == []
    )


def test_a_posting_is_reversed_only_where_all_of_it_belongs_to_nothing() -> None:
    """Two postings under one id of Stripe's, and the row of one is there: reversing both would be
    refused, so it is not offered.
    """
    sent, fee = (
        LedgerLine(VENDOR, "EUR", "po_1", -500, kind, f"{kind}:1")
        for kind in ("payout_sent", "payout_cost")
    )
    alone = balanced(
        BothSides(
            lines=(sent, fee),
            orphans=frozenset({sent.key, fee.key}),
        )
    )
    (found,) = compare(alone)
    assert (found.kind, found.repair) == (
        DifferenceKind.POSTING_UNEXPLAINED,
        RepairName.REVERSE_POSTING,
    )
    for known in (sent.key, fee.key):
        (found,) = compare(replace(alone, orphans=alone.orphans - {known}))
        assert (found.kind, found.repair) == (
            DifferenceKind.POSTING_UNEXPLAINED,
            RepairName.NONE,
        )


def test_money_of_which_one_side_is_booked_is_not_parked() -> None:
    """Stripe's transfer has two sides; where the books hold one of them, suspending both would
    count that one twice.
    """
    out = TransactionAtStripe("txn_tr", "transfer", -500, 0, -500, "EUR", "tr_1")
    into = TransactionAtStripe(
        "txn_py",
        "payment",
        500,
        0,
        500,
        "EUR",
        "py_1",
        {"source_transfer": "tr_1"},
        VENDOR,
    )
    half = LedgerLine(None, "EUR", "tr_1", -400, "moved", "moved:1")
    (found,) = compare(
        balanced(
            BothSides(
                transactions=(out, into),
                lines=(half,),
            )
        )
    )
    assert (found.kind, found.repair) == (DifferenceKind.MONEY_DIFFERS, RepairName.NONE)
    (found,) = compare(balanced(BothSides(transactions=(out, into))))
    assert (found.kind, found.repair) == (
        DifferenceKind.MONEY_UNEXPLAINED,
        RepairName.SUSPEND,
    )


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


@pytest.mark.parametrize(
    ("facts", "kind", "repair"),
    SINGLE_DIFFERENCES,
    ids=lambda value: value.value if isinstance(value, DifferenceKind) else None,
)
def test_each_thing_that_can_differ_is_told_once(
    facts: BothSides, kind: DifferenceKind, repair: RepairName
) -> None:
    """With the repair that mends it, or with none where a person must look."""
    assert [(f.kind, f.repair) for f in compare(balanced(facts))] == [(kind, repair)]


def test_what_waits_for_a_vendor_out_of_reach_is_no_difference() -> None:
    """The operator's page shows it; what it owes us and was not taken is a difference all the
    same.
    """
    waits = ClaimRecord(
        1, "dispute:1", 7, "EUR", 0, 100, 0, 0, 100, netted=-40, cannot_be_sent=True
    )
    assert compare(balanced(replace(SOLD, claims=(waits,)))) == []
    assert kinds(
        compare(
            balanced(
                replace(
                    SOLD,
                    claims=(replace(waits, amount=200),),
                )
            )
        )
    ) == [DifferenceKind.CLAIM_UNSETTLED]


@given(earned=amounts, lies=amounts)
def test_earnings_may_differ_by_what_is_known_to_wait(earned: int, lies: int) -> None:
    """Claims that are not at rest and money in suspense are no difference."""
    assert (
        compare(
            balanced(
                replace(
                    SOLD,
                    earnings=(VendorEarnings(7, "EUR", earned, lies, earned - lies),),
                )
            )
        )
        == []
    )


def test_a_cause_is_not_told_again_as_earnings_that_differ() -> None:
    """A claim or the ledger told already: of that vendor, or of nobody in particular.

    Another vendor's says nothing.
    """
    off = (VendorEarnings(7, "EUR", 500, 400),)
    for vendor, told in (
        (7, [DifferenceKind.RECEIVABLE_DIFFERS]),
        (8, [DifferenceKind.RECEIVABLE_DIFFERS, DifferenceKind.EARNED_DIFFERS]),
    ):
        facts = replace(
            SOLD,
            receivables={(vendor, "EUR"): (500, 0)},
            earnings=off,
        )
        assert kinds(compare(balanced(facts))) == told
    assert kinds(
        compare(
            balanced(
                replace(
                    SOLD,
                    ledger_sums={"EUR": 5},
                    earnings=off,
                )
            )
        )
    ) == [DifferenceKind.LEDGER_UNBALANCED]


def test_a_refund_of_a_foreign_charge_is_not_ours() -> None:
    """Another system on the same Stripe account: its objects are none of our business."""
    assert (
        compare(
            balanced(
                replace(
                    SOLD,
                    objects_at_stripe=(
                        ObjectAtStripe(
                            "refund", "re_9", "succeeded", 5, "EUR", intent_id="pi_9"
                        ),
                    ),
                )
            )
        )
        == []
    )


def test_what_was_merely_under_way_is_forgotten() -> None:
    """Only what is found at both looks is kept, as it was at the second."""
    first = [
        FoundDifference(DifferenceKind.ORDER_UNPAID, "payment:1", "a"),
        FoundDifference(DifferenceKind.BALANCE_DIFFERS, "balance:7:EUR", "b", "1"),
    ]
    second = [
        FoundDifference(DifferenceKind.BALANCE_DIFFERS, "balance:7:EUR", "b", "2"),
        FoundDifference(DifferenceKind.ORDER_UNPAID, "payment:2", "c"),
    ]
    assert persisting(first, second) == [second[0]]
