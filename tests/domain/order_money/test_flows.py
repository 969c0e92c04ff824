"""The waterfall: every cent of an order is somewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.ledger import postings
from shared.finance.ledger.chart import Account
from shared.finance.order_money.flows import (
    Fact,
    FlowKind,
    Sent,
    places,
    reserved,
    steps,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.finance.ledger.chart import Posting

START = datetime(2026, 10, 1, tzinfo=UTC)
CASH = (Account.STRIPE_PLATFORM, Account.STRIPE_VENDOR, Account.SHOPPERS_DUE)


def facts_of(found: Iterable[Posting]) -> list[Fact]:
    """What is read out of the ledger."""
    return [
        Fact(
            n,
            p.kind,
            p.key,
            e.account,
            e.amount,
            e.stripe_id,
            START + timedelta(hours=n),
        )
        for n, p in enumerate(found)
        for e in p.entries
    ]


@st.composite
def histories(draw: st.DrawFn) -> list[Posting]:
    """A sale and any mix of what can come after it."""
    total = draw(st.integers(2, 10**7))
    discount = draw(st.integers(0, 10**6))
    found = [
        postings.sale(
            postings.SaleFact(
                1,
                2,
                3,
                "EUR",
                total,
                draw(st.integers(0, total + discount - 1)),
                "pi_1",
                discount=discount,
            )
        )
    ]
    if draw(st.booleans()):
        found.append(
            postings.stripe_fee(
                postings.StripeFee(1, 2, "EUR", draw(st.integers(0, 1000)), "txn_1")
            )
        )
    for n in range(draw(st.integers(0, 6))):
        mine, theirs = draw(st.integers(0, total)), draw(st.integers(0, 1000))
        loss, fee = draw(st.integers(0, 100)), draw(st.integers(0, 1500))
        back = draw(st.integers(0, 100))
        refund = postings.RefundFact(n, 2, 3, "EUR", mine, theirs, f"re_{n}", back)
        disputed = postings.DisputedMoney(
            2, 3, "EUR", mine, theirs, loss, fee, f"txn_{n}", discount_part=back
        )
        owed = postings.Receivable(n, 1, 2, 3, "EUR", max(mine, 1), f"re_{n}")
        reserve = postings.Reserved(n, 2, 3, "EUR", max(mine, 1), "pi_1")
        found.append(
            draw(
                st.sampled_from(
                    [
                        postings.refund(refund),
                        postings.refund_undone(refund),
                        postings.refund_paid(refund),
                        postings.dispute_withdrawn(disputed),
                        postings.dispute_reinstated(disputed),
                        postings.moved(
                            postings.TransferFact(
                                n,
                                2,
                                3,
                                "EUR",
                                max(mine, 1),
                                f"trr_{n}",
                            )
                        ),
                        postings.receivable(owed),
                        postings.written_off(owed),
                        postings.taken(
                            postings.ManualTransferFact(
                                2, 3, "EUR", max(mine, 1), f"trr_{n}"
                            )
                        ),
                        postings.taken(
                            postings.ManualTransferFact(
                                2,
                                3,
                                "EUR",
                                -max(mine, 1),
                                f"tr_{n}",
                            )
                        ),
                        postings.commission_returned(
                            postings.ManualTransferFact(
                                2, 3, "EUR", -max(theirs, 1), f"fr_{n}"
                            )
                        ),
                        postings.reserved(reserve),
                        postings.released(reserve),
                    ]
                )
            )
        )
    return found


PAYOUTS = st.lists(
    st.builds(
        Sent,
        amount=st.integers(-(10**7), 10**7),
        stripe_id=st.just("po_1"),
        counts=st.booleans(),
        arrived_at=st.none(),
        arrives_on=st.none(),
    ),
    max_size=3,
)


@given(history=histories(), sent=PAYOUTS)
def test_all_lines_come_to_zero(history: list[Posting], sent: list[Sent]) -> None:
    """To the cent, on either side and together, whatever happened to the order."""
    facts = facts_of(history)
    found = [step for step in steps(facts, sent) if not step.is_sum]
    assert sum(step.vendor for step in found) == 0
    assert sum(step.market for step in found) == 0
    assert sum(step.whole for step in found) == 0


@given(history=histories())
def test_both_sides_are_what_the_ledger_says(history: list[Posting]) -> None:
    """The vendor's is what it is owed, the marketplace's what it made, both together the money that
    came and went.
    """
    facts = facts_of(history)
    found = [
        s
        for s in steps(facts, ())
        if not s.is_sum
        and s.kind
        not in (
            FlowKind.NOT_PAID_OUT,
            FlowKind.OWED,
            FlowKind.KEPT,
            FlowKind.BORNE,
        )
    ]

    def come_to(*accounts: Account) -> int:
        return sum(fact.amount for fact in facts if fact.account in accounts)

    owed = come_to(
        Account.VENDOR_PAYABLE, Account.VENDOR_RESERVED, Account.VENDOR_RECEIVABLE
    )
    assert sum(step.vendor for step in found) == -owed
    made = come_to(
        Account.COMMISSION,
        Account.MARKETPLACE_DISCOUNTS,
        Account.STRIPE_FEES,
        Account.DISPUTE_LOSSES,
    )
    assert sum(step.market for step in found) == -made
    assert sum(step.whole for step in found) == come_to(*CASH)
    assert reserved(facts) == -come_to(Account.VENDOR_RESERVED)


@given(history=histories(), sent=PAYOUTS)
def test_sums_say_what_stands_above_them(
    history: list[Posting], sent: list[Sent]
) -> None:
    """Your share, and what is left after refunds and disputes."""
    running = 0
    for step in steps(facts_of(history), sent):
        if step.is_sum:
            assert step.vendor == running
        else:
            running += step.vendor


@given(history=histories())
def test_every_fact_is_told_once_with_its_stripe_object(history: list[Posting]) -> None:
    """As a step or as a place; nothing is lost and nothing stands twice."""
    facts = facts_of(history)
    told = {step.key for step in steps(facts, ()) if step.key} | {
        fact.key for fact in places(facts)
    }
    assert told == {posting.key for posting in history if posting.entries}
    assert all(step.stripe_id for step in steps(facts, ()) if step.key)


@pytest.mark.parametrize(
    ("commission", "fee", "refunded", "last"),
    [
        (100, 99, 0, (FlowKind.NOT_PAID_OUT, FlowKind.KEPT)),
        (100, 100, 0, (FlowKind.NOT_PAID_OUT, FlowKind.KEPT)),
        (100, 101, 0, (FlowKind.NOT_PAID_OUT, FlowKind.BORNE)),
        (100, 99, 900, (FlowKind.NOT_PAID_OUT, FlowKind.KEPT)),
        (100, 99, 901, (FlowKind.OWED, FlowKind.KEPT)),
    ],
)
def test_the_last_lines_say_whose_the_rest_is(
    commission: int, fee: int, refunded: int, last: tuple[FlowKind, FlowKind]
) -> None:
    """Nothing is no debt of the vendor's and no loss of the marketplace's; a cent beyond it is."""
    story = [
        postings.sale(postings.SaleFact(1, 2, 3, "EUR", 1000, commission, "pi_1")),
        postings.stripe_fee(postings.StripeFee(1, 2, "EUR", fee, "txn_1")),
        postings.refund(postings.RefundFact(1, 2, 3, "EUR", refunded, 0, "re_1")),
    ]
    assert tuple(step.kind for step in steps(facts_of(story), ())[-2:]) == last


def test_a_story_is_told_in_its_order() -> None:
    """Paid, fee, commission, share, a refund with what of it came out of commission, the payout,
    what is left.
    """
    refund = postings.refund(postings.RefundFact(1, 2, 3, "EUR", 2700, 300, "re_1"))
    sale = postings.sale(postings.SaleFact(1, 2, 3, "EUR", 10000, 1000, "pi_1"))
    fee = postings.stripe_fee(postings.StripeFee(1, 2, "EUR", 170, "txn_1"))
    sent = [Sent(6000, "po_1", counts=True, arrived_at=START, arrives_on=None)]
    found = steps(facts_of([sale, fee, refund]), sent)
    assert [(step.kind, step.vendor, step.market) for step in found] == [
        (FlowKind.PAID, 10000, 0),
        (FlowKind.STRIPE_FEE, 0, -170),
        (FlowKind.COMMISSION, -1000, 1000),
        (FlowKind.SHARE, 9000, 0),
        (FlowKind.REFUND, -3000, 0),
        (FlowKind.COMMISSION_BACK, 300, -300),
        (FlowKind.LEFT, 6300, 0),
        (FlowKind.PAYOUT, -6000, 0),
        (FlowKind.NOT_PAID_OUT, -300, 0),
        (FlowKind.KEPT, 0, -530),
    ]


def test_an_order_without_a_sale_has_no_waterfall() -> None:
    """Nothing was paid: there is nothing to tell."""
    assert steps([], []) == ()
