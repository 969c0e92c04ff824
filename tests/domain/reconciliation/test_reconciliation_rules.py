"""What belongs together is explained, and each piece that is gone or unknown is told once. Pure."""

from __future__ import annotations

from dataclasses import replace

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
    LedgerLine,
    TransactionAtStripe,
)
from tests.support.compared import VENDOR, amounts, balanced, kinds, markets


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
