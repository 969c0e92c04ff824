"""Whether the commission is of the goods alone, or of what delivery costs as well: worked out, kept
with the order, told, given back.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tortoise.exceptions import IntegrityError

from portal.orders.waterfall import vendor_lines
from shared.core.money import step
from shared.finance.order_money.flows import FlowKind
from shared.finance.order_money.waterfall import order_waterfall
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.trade.commission import service
from shared.trade.commission.basis import (
    CommissionBasis,
    OrderCommission,
    Tariff,
    charge_order,
)
from shared.trade.commission.liability import GoneBack, SoldAmounts, give_back
from shared.trade.commission.rules import RefundPolicy, Rule, Sold
from shared.trade.orders.models import Order, OrderLine
from tests.support.factories import make_order
from tests.support.money import assert_books_agree
from tests.support.portal import operator_in, signed_in
from tests.support.refunds import refund, sold_with_delivery
from tests.support.storefront import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

BOTH = CommissionBasis.GOODS_AND_SHIPPING
OTHERWISE = Rule(Decimal(10))
RATES = st.decimals(min_value=0, max_value=Decimal("99.99"), places=2)


@st.composite
def rules_of(draw: st.DrawFn) -> Rule:
    """A rule about one of three products, with amounts of its own now and then."""
    unit = 100 * draw(st.integers(0, 30))
    most = draw(st.none() | st.integers(0, 50).map(lambda n: unit + 100 * n))
    return Rule(
        draw(RATES),
        fixed=unit,
        minimum=draw(st.sampled_from((None, 0))),
        maximum=most,
        currency="HUF",
        vendor_id=1,
        product_id=draw(st.integers(1, 3)),
    )


@given(
    amounts=st.lists(st.integers(0, 9_999), min_size=1, max_size=5),
    shipping=st.integers(0, 9_999),
    rules=st.lists(rules_of(), max_size=4),
    otherwise=RATES,
    currency=st.sampled_from(("EUR", "HUF", "JPY", "KWD")),
)
@example(
    amounts=[0],
    shipping=1,
    rules=[],
    otherwise=Decimal("99.99"),
    currency="HUF",
)
def test_all_of_it_is_below_what_it_is_sold_for(
    amounts: Sequence[int],
    shipping: int,
    rules: Sequence[Rule],
    otherwise: Decimal,
    currency: str,
) -> None:
    """In the currency's smallest step; the goods pay what they pay anyway, delivery never more than
    it costs.
    """
    unit = step(currency)
    goods = [Sold(1, n % 3 + 1, "", amount * unit) for n, amount in enumerate(amounts)]
    price, rest = shipping * unit, Rule(otherwise)
    mine = [replace(rule, currency=currency) for rule in rules]

    def charged(basis: CommissionBasis) -> OrderCommission:
        tariff = Tariff(mine, basis)
        return charge_order(goods, price, tariff, currency, otherwise=rest)

    alone, both = charged(CommissionBasis.GOODS), charged(BOTH)
    assert (alone.shipping, both.lines) == (0, alone.lines)
    assert 0 <= both.shipping <= price
    assert both.total % unit == 0
    worth = sum(line.amount for line in goods) + price
    assert both.total < worth or not both.total


@given(
    first=st.integers(1, 10**6),
    second=st.integers(0, 10**6),
    shipping=st.integers(2, 10**6),
    rates=st.tuples(RATES, RATES),
)
def test_delivery_pays_the_percentage_of_the_goods(
    first: int,
    second: int,
    shipping: int,
    rates: tuple[Decimal, Decimal],
) -> None:
    """Half up; of several lines their mean, weighed by what they cost."""
    goods = [Sold(1, 1, "", first), Sold(1, 2, "", second)]
    rules = [Rule(rates[0], vendor_id=1, product_id=1), Rule(rates[1])]
    both = charge_order(
        goods,
        shipping,
        Tariff(rules, BOTH),
        "EUR",
        otherwise=OTHERWISE,
    )
    hundredths = int(rates[0] * 100) * first + int(rates[1] * 100) * second
    halves = 10_000 * (first + second)
    exact = (2 * shipping * hundredths + halves) // (2 * halves)
    left = first + second + shipping - 1 - (both.total - both.shipping)
    assert both.shipping == min(exact, left)


@pytest.mark.parametrize(
    ("goods", "shipping", "fee"),
    [
        ((10_000,), 500, 50),
        ((10_000,), 5, 1),  # half a cent goes up
        ((10_000,), 4, 0),
        ((10_000,), 0, 0),
        ((0, 0), 500, 50),  # a code of the vendor's took the goods off
        ((1,), 1, 0),
    ],
)
def test_examples_at_ten_percent(goods: Sequence[int], shipping: int, fee: int) -> None:
    """Also where the goods cost nothing."""
    sold = [Sold(1, None, "", amount) for amount in goods]
    tariff = Tariff((), BOTH)
    found = charge_order(sold, shipping, tariff, "EUR", otherwise=OTHERWISE)
    assert found.shipping == fee


def test_amounts_of_a_rule_are_for_the_goods_alone() -> None:
    """Its fixed part, its minimum and its maximum leave delivery at the percentage."""
    for rule in (
        Rule(Decimal(10), fixed=30, currency="EUR"),
        Rule(Decimal(10), minimum=5000, currency="EUR"),
        Rule(Decimal(10), maximum=1, currency="EUR"),
    ):
        found = charge_order(
            [Sold(1, None, "", 10_000)],
            500,
            Tariff((rule,), BOTH),
            "EUR",
            otherwise=OTHERWISE,
        )
        assert found.shipping == 50


@given(
    goods=st.integers(1, 10**6),
    shipping=st.integers(0, 10**5),
    rate=RATES,
    parts=st.lists(st.floats(0, 1), max_size=4),
)
def test_refunds_give_back_all_of_it_and_delivery_its_own_percentage(
    goods: int, shipping: int, rate: Decimal, parts: Sequence[float]
) -> None:
    """Whatever the parts: of one percentage each part of a refund brings that, within the two cents
    that rounding may move; together they are the commission to the cent.
    """
    charged = charge_order(
        [Sold(1, None, "", goods)],
        shipping,
        Tariff((), BOTH),
        "EUR",
        otherwise=Rule(rate),
    )
    sold = SoldAmounts(goods + shipping, charged.total)
    before, wanted = GoneBack(), [shipping]
    for part in parts:
        wanted.append(int((goods - sum(wanted[1:])) * part))
    wanted.append(sold.total - sum(wanted))
    for amount in wanted:
        back = give_back(sold, RefundPolicy.PROPORTIONAL, before, amount)
        exact = (rate * amount / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        assert abs(back.commission - exact) <= 2
        before = GoneBack(before.paid + amount, before.commission + back.commission)
    assert before.commission == charged.total


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
async def test_an_order_keeps_what_held_when_it_was_placed(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """And its refunds go by that: delivery brings its own commission back, the rest the rest."""
    before = await sold_with_delivery(gateway, sandbox)
    assert (before.order.platform_fee_amount, before.order.shipping_commission) == (
        100,
        0,
    )
    await service.set_basis(BOTH, actor="test")
    sale = await sold_with_delivery(gateway, sandbox)
    await service.set_basis(CommissionBasis.GOODS, actor="test")
    line = await OrderLine.get(order_id=sale.order.id)
    assert line.commission_amount == 100
    assert (sale.order.platform_fee_amount, sale.order.shipping_commission) == (112, 12)
    assert sale.payment.amount_platform_fee == 112
    sent = await refund(gateway, sale, RefundRequest(Reach.LINES, shipping=True))
    assert (sent.amount, sent.commission_part) == (490, 12)
    rest = await refund(gateway, sale, RefundRequest(Reach.WHOLE))
    assert (rest.amount, rest.commission_part) == (4000, 100)
    await assert_books_agree(sandbox)
    with pytest.raises(IntegrityError):
        await Order.filter(id=sale.order.id).update(shipping_commission=113)


@pytest.mark.usefixtures("database")
async def test_vendor_and_staff_see_what_of_the_commission_is_on_delivery(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """On the order's page of each, and in the waterfall; nothing where it is of the goods alone."""
    plain = await sold_with_delivery(gateway, sandbox)
    await service.set_basis(BOTH, actor="test")
    sale = await sold_with_delivery(gateway, sandbox)
    found = await order_waterfall(sale.order.id)
    (taken,) = (line for line in found.lines if line.kind is FlowKind.COMMISSION)
    assert (taken.market.amount, found.shipping_commission.amount) == (112, 12)
    staff = await operator_in(client)
    told = words(await staff.get(f"/operator/orders/{sale.order.number}"))
    assert "€0.12 of it on delivery" in told
    assert "Of that on delivery €0.12" in told
    told = words(await staff.get(f"/operator/orders/{plain.order.number}"))
    assert "on delivery" not in told
    (line,) = (line for line in vendor_lines(found) if line[0] == "Platform fee")
    assert line[2] == "€0.12 of it on delivery"
    portal = await signed_in(client)
    unpaid = await make_order(await portal.vendor())
    await Order.filter(id=unpaid.id).update(
        shipping_method="Parcel", shipping_kind="flat", shipping_commission=12
    )
    told = words(await portal.get(f"/vendor/admin/orders/{unpaid.number}"))
    assert "€0.12 of it on delivery · card fees included" in told
