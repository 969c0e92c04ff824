"""A refund made in Stripe's dashboard of a charge that several orders share: one at Stripe, which
names no order there, and each order's part of it here (decision 19).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.money import Money, step
from shared.finance.ledger.chart import Account
from shared.finance.payments.shares import shares
from shared.finance.recovery.models import Claim
from shared.finance.refunds import external_refunds, jobs
from shared.finance.refunds.errors import MoreThanLeft, NoRoomYet
from shared.finance.refunds.models import Refund
from shared.finance.refunds.shared_refunds import OrderRemainder, parts_of
from shared.trade.commission import service as fees
from shared.trade.commission.rules import RefundPolicy
from tests.support import market_acts as acts
from tests.support import market_findings
from tests.support.killing import killed_in_turn
from tests.support.market_findings import at_rest
from tests.support.money import booked, held
from tests.support.purchases import (
    SharedPurchase,
    buy_and_pay,
    buy_from,
    pay,
)
from tests.support.taken_off import take_off

if TYPE_CHECKING:
    from tests.support.machine import Delivery, Market
    from tests.support.market import Shop

AMOUNTS = st.integers(0, 99_999_999)
LEFT = st.dictionaries(
    st.integers(1, 1000),
    st.builds(OrderRemainder, AMOUNTS, AMOUNTS | st.just(0)),
    min_size=1,
    max_size=12,
)


class TestShares:
    """What of it each order gives back; pure."""

    @given(left=LEFT, share=st.floats(0, 1), data=st.data())
    def test_the_parts_come_to_the_refund_and_none_is_more_than_what_is_left(
        self, left: dict[int, OrderRemainder], share: float, data: st.DataObject
    ) -> None:
        """Whether an order is named or not; one that is goes first, as far as it reaches."""
        room = {
            id_: max(each.unrefunded - each.at_banks, 0) for id_, each in left.items()
        }
        whole = sum(room.values())
        amount = int(whole * share)
        named = data.draw(st.none() | st.sampled_from(sorted(left)))
        parts = parts_of(Money(amount, "EUR"), left, named=named)
        assert sum(parts.values()) == amount
        assert all(0 < part <= room[id_] for id_, part in parts.items())
        if named is not None:
            assert parts.get(named, 0) == min(amount, room[named])
        if amount == whole:
            assert parts == {id_: each for id_, each in room.items() if each}

    @given(left=LEFT, share=st.floats(0, 1))
    def test_without_a_name_they_are_those_of_a_dispute(
        self, left: dict[int, OrderRemainder], share: float
    ) -> None:
        """One rule for what a whole charge bears."""
        room = {
            id_: max(each.unrefunded - each.at_banks, 0) for id_, each in left.items()
        }
        if amount := int(sum(room.values()) * share):
            wanted = {id_: part for id_, part in shares(amount, room).items() if part}
            assert parts_of(Money(amount, "EUR"), left) == wanted

    @given(
        left=st.dictionaries(st.integers(1, 9), st.integers(0, 500), min_size=1),
        share=st.floats(0, 1),
    )
    def test_each_part_is_one_that_its_currency_can_be_given_back_in(
        self, left: dict[int, int], share: float
    ) -> None:
        """So what is left of each order can go back as well."""
        unit = step("ISK")
        room = {id_: OrderRemainder(each * unit) for id_, each in left.items()}
        amount = int(sum(left.values()) * share) * unit
        parts = parts_of(Money(amount, "ISK"), room)
        assert all(part % unit == 0 for part in parts.values())
        assert sum(parts.values()) == amount

    @pytest.mark.parametrize(
        ("left", "named", "told"),
        [
            ({1: OrderRemainder(60), 2: OrderRemainder(39)}, None, MoreThanLeft),
            ({1: OrderRemainder(60), 2: OrderRemainder(39)}, 1, MoreThanLeft),
            # Stripe will refuse ours, since there is not enough for both.
            (
                {1: OrderRemainder(10, opening=50), 2: OrderRemainder(40)},
                None,
                NoRoomYet,
            ),
            ({1: OrderRemainder(10, opening=50), 2: OrderRemainder(140)}, 1, NoRoomYet),
            # What a bank took after it was made is heard of first.
            (
                {1: OrderRemainder(60, 60), 2: OrderRemainder(40, 40)},
                None,
                {1: 60, 2: 40},
            ),
            # Ours may still be made, and the others have enough.
            (
                {1: OrderRemainder(0, opening=60), 2: OrderRemainder(100)},
                None,
                {2: 100},
            ),
        ],
    )
    def test_what_cannot_be_is_told_and_what_may_come_is_waited_for(
        self, left: dict[int, OrderRemainder], named: int | None, told: Any
    ) -> None:
        """Of a refund of one euro."""
        if isinstance(told, dict):
            assert parts_of(Money(100, "EUR"), left, named=named) == told
            return
        with pytest.raises(told):
            parts_of(Money(100, "EUR"), left, named=named)


class TestMoney:
    """Whose it is, and what it does to orders, vendors and books."""

    async def test_all_of_a_payment_goes_back_of_each_order_what_it_had_left(
        self, market: Market
    ) -> None:
        """Staff press Refund on the shared payment; one order had been given back in part, one
        whole.
        """
        shops = await market.fill("LU", "FR", "DE", "BE")
        purchase = await buy_and_pay(market, shops, quantity=2)
        await acts.refund(market, purchase.order_ids[0], 1.0, now=True)
        await acts.refund(market, purchase.order_ids[1], 0.333, now=True)
        await market.rest()
        before = [o.refunded_amount for o in await purchase.orders()]
        made = await _refund(market, purchase)
        await _at_rest(market)
        rows = await Refund.filter(stripe_refund_id=made["id"]).order_by("id")
        orders = await purchase.orders()
        assert [(row.order_id, row.amount) for row in rows] == [
            (order.id, order.total_amount_cents - was)
            for order, was in zip(orders, before, strict=True)
            if was < order.total_amount_cents
        ]
        assert {row.stripe_amount for row in rows} == {made["amount"]}
        assert {o.payment_status for o in orders} == {"refunded"}
        assert {p.status for p in await purchase.payments()} == {"refunded"}
        assert [_holds(market, shop) for shop in shops] == [0, 0, 0, 0]
        assert len(await Claim.filter(subject__startswith="refund:")) == 5

    async def test_a_part_is_shared_by_what_is_left_and_each_vendor_bears_its_own(
        self, market: Market
    ) -> None:
        """One of the orders was cancelled before; the commission gives back by the policy."""
        await fees.set_policy(
            refund_policy=RefundPolicy.PROPORTIONAL,
            refund_approval_limits={},
            actor="test",
        )
        shops = await market.fill("LU", "FR", "DE")
        purchase = await buy_and_pay(market, shops, quantity=2)
        await acts.cancel(market, purchase.order_ids[2], now=True)
        await acts.refund(market, purchase.order_ids[0], 0.5, now=True)
        await market.rest()
        orders = await purchase.orders()
        left = {o.id: o.total_amount_cents - o.refunded_amount for o in orders[:2]}
        before = [_holds(market, shop) for shop in shops]
        await _refund(market, purchase, amount=2001)
        await _at_rest(market)
        rows = await Refund.filter(stripe_amount=2001).order_by("id")
        assert {row.order_id: row.amount for row in rows} == shares(2001, left)
        after = [_holds(market, shop) for shop in shops]
        borne = [was - now for was, now in zip(before, after, strict=True)]
        assert borne == [rows[0].vendor_part, rows[1].vendor_part, 0]
        assert all(row.commission_part for row in rows)
        assert {o.payment_status for o in (await purchase.orders())[:2]} == {"paid"}

    async def test_the_order_that_is_named_goes_first_as_far_as_it_reaches(
        self, market: Market
    ) -> None:
        """The rest is the others'."""
        shops = await market.fill("LU", "FR", "DE")
        purchase = await buy_and_pay(market, shops)
        _, named, _ = orders = await purchase.orders()
        whole = named.total_amount_cents
        name = {"metadata": {"order_number": named.number}}
        await _refund(market, purchase, amount=whole + 301, **name)
        await _at_rest(market)
        rows = await Refund.all().order_by("id")
        assert [(row.order_id, row.amount) for row in rows] == [
            (orders[0].id, 151),
            (named.id, whole),
            (orders[2].id, 150),
        ]
        await _refund(
            market, purchase, amount=100, metadata={"order_number": orders[2].number}
        )
        await _at_rest(market)
        alone = await Refund.get(stripe_amount=None)
        assert (alone.order_id, alone.amount) == (orders[2].id, 100)

    async def test_what_the_marketplace_paid_of_the_price_comes_back_too(
        self, market: Market
    ) -> None:
        """More than its commission of one order, nothing of the other."""
        shops = await market.fill("LU", "FR")
        purchase = await buy_from(shops, quantity=2)
        await take_off(purchase.order_ids[0], 3000, by_marketplace=True)
        pay(market, (await purchase.open(market)).payment_intent_id)
        market.advance(1)
        await market.settle()
        await _refund(market, purchase, amount=777)
        await _at_rest(market)
        await _refund(market, purchase)
        await _at_rest(market)
        assert await booked(Account.MARKETPLACE_DISCOUNTS) == {}
        assert [_holds(market, shop) for shop in shops] == [0, 0]
        mine = Refund.filter(order_id=purchase.order_ids[0])
        assert sum(row.discount_part for row in await mine) == 3000
        assert not await Refund.exists(
            order_id=purchase.order_ids[1], discount_part__gt=0
        )

    async def test_what_waits_for_the_operator_gives_way(self, market: Market) -> None:
        """Its money has not gone back; the refund at Stripe has."""
        await fees.set_policy(
            refund_policy=RefundPolicy.RETURN,
            refund_approval_limits={"EUR": 0},
            actor="test",
        )
        shops = await market.fill("LU", "FR")
        purchase = await buy_and_pay(market, shops)
        await acts.refund(market, purchase.order_ids[0], 1.0, now=True)
        await acts.refund(market, purchase.order_ids[1], 0.1, now=True)
        await _refund(market, purchase, amount=1000)
        await _at_rest(market)
        asked = await Refund.filter(requested_by="member:1").order_by("id")
        assert [each.status for each in asked] == ["declined", "awaiting_approval"]
        assert [r.amount for r in await Refund.filter(stripe_amount=1000)] == [500, 500]

    async def test_the_parts_wait_arrive_and_come_back_together(
        self, market: Market
    ) -> None:
        """As the one refund at Stripe does; the vendors have their money again."""
        shops = await market.fill("LU", "FR")
        purchase = await buy_from(shops)
        intent_id = (await purchase.open(market)).payment_intent_id
        pay(market, intent_id, "pm_card_pendingRefund")
        market.advance(1)
        await market.settle()
        before = [_holds(market, shop) for shop in shops]
        made = await _refund(market, purchase)
        for delivery in market.pending():
            await market.deliver(delivery)
        assert await _states(made) == ["pending", "pending"]
        await _at_rest(market)
        assert await _states(made) == ["succeeded", "succeeded"]
        assert [_holds(market, shop) for shop in shops] == [0, 0]

        failing = await buy_from(shops)
        intent_id = (await failing.open(market)).payment_intent_id
        pay(market, intent_id, "pm_card_refundFail")
        market.advance(1)
        await market.settle()
        made = await _refund(market, failing)
        await _at_rest(market)
        assert await _states(made) == ["failed", "failed"]
        assert [_holds(market, shop) for shop in shops] == before
        orders = await failing.orders()
        assert {(o.payment_status, o.refunded_amount) for o in orders} == {("paid", 0)}


class TestNews:
    """In whatever order, and at whatever moment, it is heard of."""

    @pytest.mark.parametrize("first", ["refund.created", "charge.refunded"])
    async def test_whichever_event_comes_first_or_twice(
        self, market: Market, first: str
    ) -> None:
        """The same parts, once."""
        _, purchase = await _bought(market)
        await _refund(market, purchase, amount=2001)
        told = sorted(market.pending(), key=lambda each: _type(market, each) != first)
        assert _type(market, told[0]) == first
        for delivery in told:
            await market.deliver(delivery, times=2)
        await _at_rest(market)
        assert await _amounts() == [1001, 1000]

    @pytest.mark.both_engines
    async def test_all_who_hear_of_it_at_the_same_moment(self, market: Market) -> None:
        """Both events, the sweep's job and a repair; one of them makes the parts."""
        shops, purchase = await _bought(market)
        made = await _refund(market, purchase)
        await asyncio.gather(
            *(market.deliver(each) for each in market.pending()),
            jobs.import_one.work(market.context, made["id"]),
            external_refunds.sync_stripe_refund(market.gateway, made["id"]),
        )
        await _at_rest(market)
        assert await _amounts() == [1999, 1999]
        assert [_holds(market, shop) for shop in shops] == [0, 0]

    async def test_a_kill_at_any_statement_leaves_all_parts_or_none(
        self, market: Market
    ) -> None:
        """And whoever hears of it next goes on."""
        shops = await market.fill("LU", "FR")

        async def give_back() -> Any:
            purchase = await buy_and_pay(market, shops)
            return await _refund(market, purchase, amount=1001)

        async def hear(made: Any) -> None:
            await external_refunds.sync_stripe_refund(market.gateway, made["id"])

        refunds = []
        async for made in killed_in_turn(give_back, hear, 7):
            assert len(await _states(made)) in (0, 2)
            refunds.append(made)
        assert len(refunds) > 6
        await market.rest()
        for made in refunds:
            assert await _states(made) == ["succeeded", "succeeded"]
        await _at_rest(market)


async def _bought(market: Market) -> tuple[list[Shop], SharedPurchase]:
    shops = await market.fill("LU", "FR")
    return shops, await buy_and_pay(market, shops)


def _type(market: Market, delivery: Delivery) -> str:
    return str(market.told(delivery)["type"])


async def _refund(market: Market, purchase: SharedPurchase, **given: Any) -> Any:
    """Staff press Refund on the shared payment; all that is left unless they say how much."""
    (lead, *_) = await purchase.payments()
    asked = {"payment_intent": str(lead.stripe_payment_intent_id), **given}
    return market.stand.v1.refunds.create(asked)


async def _at_rest(market: Market) -> None:
    """Nor is anything left to be done."""
    await at_rest(market)
    assert await market_findings.unfinished() == []


async def _states(made: Any) -> list[str]:
    rows = await Refund.filter(stripe_refund_id=made["id"]).order_by("id")
    return [row.status for row in rows]


async def _amounts() -> list[int]:
    return [row.amount for row in await Refund.all().order_by("id")]


def _holds(market: Market, shop: Shop) -> int:
    return held(market, shop.account_id).get("EUR", 0)  # type: ignore[arg-type]
