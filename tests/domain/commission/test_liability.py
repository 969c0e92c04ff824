"""Who gets what of an order with a discount, and who gives what back: to the cent, over any order
of partial refunds.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.money import split
from shared.finance.disputes import rules as disputes
from shared.finance.refunds.errors import NothingPaid
from shared.finance.refunds.rules import (
    Reach,
    RefundableLine,
    RefundRequest,
    Sum,
    bear,
)
from shared.finance.refunds.wishes import work_out
from shared.trade.commission.liability import GoneBack, SoldAmounts, give_back
from shared.trade.commission.rules import RefundPolicy


@st.composite
def sales(draw: st.DrawFn) -> SoldAmounts:
    """An order of which the marketplace bears anything between nothing and all."""
    worth = draw(st.integers(1, 10**6))
    discount = draw(st.integers(0, worth))
    paid, commission = worth - discount, draw(st.integers(0, worth - 1))
    return SoldAmounts(paid, commission, discount, draw(st.sampled_from((0, paid))))


@given(sold=sales())
def test_what_a_vendor_gets_is_its_price_less_the_commission(sold: SoldAmounts) -> None:
    """Out of the payment and, beyond the commission, out of the marketplace's own money."""
    out_of_payment = sold.total - sold.application_fee
    assert out_of_payment + sold.contribution == sold.vendor_share
    assert sold.vendor_share == sold.total + sold.discount - sold.commission
    assert not sold.application_fee or not sold.contribution
    assert 0 <= sold.application_fee <= sold.total


@st.composite
def _amounts(draw: st.DrawFn, total: int) -> list[int]:
    """Ten at most that come to the total; none is nothing but where the total is."""
    amounts: list[int] = []
    for _ in range(draw(st.integers(0, 9))):
        left = total - sum(amounts)
        amounts.append(draw(st.integers(min(1, left), left)))
        if amounts[-1] == left:
            return amounts
    return [*amounts, total - sum(amounts)]


@given(data=st.data(), sold=sales(), policy=st.sampled_from(RefundPolicy))
def test_parts_of_refunds_come_to_the_whole_in_any_order(
    data: st.DataObject, sold: SoldAmounts, policy: RefundPolicy
) -> None:
    """The marketplace has its discount back to the cent, the vendor what the policy leaves it; no
    part is below zero, and nobody gets more than went back.
    """
    before = GoneBack()
    for amount in data.draw(_amounts(sold.total)):
        step = give_back(sold, policy, before, amount)
        assert min(step.vendor, step.commission, step.discount) >= 0
        assert step.vendor + step.commission - step.discount == amount
        before = GoneBack(
            before.paid + amount,
            before.commission + step.commission,
            before.discount + step.discount,
        )
    kept = sold.commission if policy is RefundPolicy.KEEP else 0
    assert before == GoneBack(sold.total, sold.commission - kept, sold.discount)
    assert before.vendor == sold.vendor_share + kept


@given(data=st.data(), sold=sales(), policy=st.sampled_from(RefundPolicy))
def test_a_dispute_bears_like_a_refund_and_a_win_gives_each_its_own_again(
    data: st.DataObject, sold: SoldAmounts, policy: RefundPolicy
) -> None:
    """The parts come to what the bank took; what it gives back in parts comes to the same."""
    withdrawn = data.draw(st.integers(1, sold.total + 100))
    borne = disputes.bear(
        total=sold.total,
        commission=sold.commission,
        discount=sold.discount,
        sending=sold.sending,
        taken=disputes.Taken(),
        withdrawn=withdrawn,
        policy=policy,
    )
    assert borne.total == withdrawn
    assert min(borne.vendor, borne.commission, borne.loss, borne.discount) >= 0
    assert borne.vendor <= sold.vendor_share
    left = borne
    for amount in data.draw(_amounts(borne.total)):
        back = disputes.give_back(left, amount)
        assert back.total == amount
        assert back.vendor <= left.vendor
        left -= back
    assert left == disputes.Parts()


@given(
    lines=st.lists(
        st.tuples(st.integers(1, 5000), st.integers(1, 6)), min_size=1, max_size=4
    ),
    off=st.integers(0, 100),
    shipping=st.integers(0, 900),
    data=st.data(),
)
def test_lines_give_back_what_was_paid_for_them_and_never_more(
    lines: list[tuple[int, int]], off: int, shipping: int, data: st.DataObject
) -> None:
    """Piece by piece in any order, shipping with any of them, or all at once: it sums to what was
    paid, and no line brings more than was paid for it.
    """
    worth = [unit * pieces for unit, pieces in lines]
    discounts = split(sum(worth) * off // 100, worth)
    total = sum(worth) - sum(discounts) + shipping
    back = [0] * len(lines)
    refunded = [0] * len(lines)
    paid = 0
    while total > paid:
        order = Sum(
            "EUR",
            total,
            0,
            paid,
            0,
            lines=tuple(
                RefundableLine(n, unit, pieces, refunded[n], discounts[n], back[n])
                for n, (unit, pieces) in enumerate(lines)
            ),
            shipping=shipping,
        )
        wish = data.draw(_wishes(order))
        try:
            worked = work_out(order, wish)
        except NothingPaid:
            worked = work_out(order, RefundRequest(Reach.WHOLE))
        assert worked.amount == sum(p.amount for p in worked.parts) + worked.shipping
        paid += worked.amount
        shipping -= worked.shipping
        for part in worked.parts:
            refunded[part.line_id] += part.quantity
            back[part.line_id] += part.amount
    assert paid == total
    assert back == [
        one - off_line for one, off_line in zip(worth, discounts, strict=True)
    ]


@st.composite
def _wishes(draw: st.DrawFn, order: Sum) -> RefundRequest:
    """Some pieces, with what was paid for sending or without; else all that is left."""
    pieces = {line.id: draw(st.integers(0, line.left)) for line in order.lines}
    shipping = bool(order.shipping) and draw(st.booleans())
    if not any(pieces.values()) and not shipping:
        return RefundRequest(Reach.WHOLE)
    return RefundRequest(Reach.LINES, quantities=pieces, shipping=shipping)


@pytest.mark.parametrize(
    ("policy", "vendor", "commission"),
    [
        (RefundPolicy.PROPORTIONAL, 900, 100),
        (RefundPolicy.RETURN, 900, 100),
        (RefundPolicy.KEEP, 1000, 0),
    ],
)
def test_an_order_that_cost_nothing_goes_back_at_once(
    policy: RefundPolicy, vendor: int, commission: int
) -> None:
    """Nothing to the shopper, all of it to the marketplace."""
    burden = bear(Sum("EUR", 0, 100, 0, 0, discount=1000), 0, policy)
    assert (burden.vendor, burden.commission) == (vendor, commission)
    assert burden.discount == 1000
