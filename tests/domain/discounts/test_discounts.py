"""Who writes which code, what is kept of it, and how often it can be used, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.errors import MarketError
from shared.infra import unit
from shared.infra.audit.models import AuditEntry
from shared.trade.discounts import redeeming, service, tries
from shared.trade.discounts.errors import (
    CodeMalformed,
    CodeNotYet,
    CodeOfMarketplace,
    CodeOfVendor,
    CodeRefused,
    CodeTaken,
    CodeUsedByYou,
    CodeUsedUp,
    CodeWithoutGoods,
    DiscountAmountOutOfRange,
    DiscountCurrencyLacking,
    DiscountEndsFirst,
    DiscountLeastOutOfRange,
    DiscountLimitOutOfRange,
    DiscountNotFound,
    DiscountPercentOutOfRange,
    GuessedTooOften,
    TooManyDiscounts,
    UnknownCode,
)
from shared.trade.discounts.models import CodeTries, DiscountCode, Redemption
from shared.trade.discounts.queries import (
    CodeUser,
    discount_view,
    discounts_page,
    find_code,
)
from shared.trade.discounts.rules import (
    BoughtLine,
    DiscountKind,
    RedemptionState,
    VendorGoods,
)
from shared.trade.discounts.service import DiscountOwner, DiscountValues
from shared.trade.marketplace.models import MarketplaceSettings
from tests.support.discounts import FIVER, make_discount
from tests.support.factories import make_customer, make_order, make_ready_vendor

pytestmark = pytest.mark.usefixtures("database")

TENTH = DiscountValues(kind=DiscountKind.PERCENT, percentage=Decimal(10))
FIVE = DiscountValues(kind=DiscountKind.AMOUNT, amount=500, currency="EUR")
OPERATOR = DiscountOwner(None, "member:9")
ADA = CodeUser(None, "ada@example.test")
BEN = CodeUser(None, "ben@example.test")
NOW = datetime(2026, 11, 30, 12, 20, tzinfo=UTC)


async def _owner() -> DiscountOwner:
    return DiscountOwner((await make_ready_vendor()).id, "member:1")


def _goods(vendor_id: int, amount: int = 4990) -> tuple[VendorGoods, ...]:
    return (VendorGoods(vendor_id, "EUR", (BoughtLine(1, "", amount),), 0),)


async def test_a_vendor_writes_a_code_and_shoppers_find_it_however_they_type_it() -> (
    None
):
    """It is kept in capitals, and the trail says who made it."""
    owner = await _owner()
    made = await service.add_discount(owner, "welcome ten", TENTH)
    row = await DiscountCode.get(id=made)
    assert (row.code, row.vendor_id, row.is_active) == (
        "WELCOMETEN",
        owner.vendor_id,
        True,
    )
    entry = await AuditEntry.get(action="discount.added")
    assert (entry.actor, entry.subject, entry.vendor_id) == (
        "member:1",
        f"discount:{made}",
        owner.vendor_id,
    )
    assert entry.details["code"] == "WELCOMETEN"


async def test_what_does_not_belong_to_a_kind_is_not_kept() -> None:
    """A percentage has no amount, a vendor's code no vendors, and amounts are in what it sells
    in.
    """
    owner = await _owner()
    mixed = replace(
        FIVE,
        percentage=Decimal(10),
        currency="SEK",
        vendor_ids=(1,),
        categories=("Cups",),
    )
    row = await DiscountCode.get(id=await service.add_discount(owner, "FIVER", mixed))
    assert (row.percentage, row.amount, row.currency) == (None, 500, "EUR")
    assert (row.vendor_ids, row.categories) == ([], [])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"percentage": Decimal(0)}, DiscountPercentOutOfRange),
        ({"percentage": Decimal("100.01")}, DiscountPercentOutOfRange),
        ({"percentage": None}, DiscountPercentOutOfRange),
        ({"kind": DiscountKind.AMOUNT, "currency": "EUR"}, DiscountAmountOutOfRange),
        ({"kind": DiscountKind.AMOUNT, "amount": 5}, DiscountCurrencyLacking),
        ({"least": 5}, DiscountCurrencyLacking),
        ({"least": -1, "currency": "EUR"}, DiscountLeastOutOfRange),
        ({"least": 5, "currency": "ISK"}, DiscountLeastOutOfRange),
        ({"starts_at": NOW, "ends_at": NOW}, DiscountEndsFirst),
        ({"most_uses": 0}, DiscountLimitOutOfRange),
        ({"most_per_shopper": -1}, DiscountLimitOutOfRange),
        ({"most_uses": 10**9}, DiscountLimitOutOfRange),
    ],
)
async def test_a_discount_that_makes_no_sense_is_refused(
    changes: dict[str, Any], why: type[MarketError]
) -> None:
    """With a sentence at its field."""
    with pytest.raises(why) as refused:
        await service.add_discount(OPERATOR, "ANY", replace(TENTH, **changes))
    assert refused.value.param
    assert not await DiscountCode.exists()


@pytest.mark.parametrize("code", ["", "X", "Ä10", "A" * 41, "10 %"])
async def test_a_code_is_made_of_letters_digits_and_dashes(code: str) -> None:
    """So that it can be typed on any keyboard."""
    with pytest.raises(CodeMalformed):
        await service.add_discount(OPERATOR, code, TENTH)


async def test_whose_a_code_is_is_never_a_question() -> None:
    """Two vendors may have the same; the marketplace and a vendor may not."""
    one, other = await _owner(), await _owner()
    await service.add_discount(one, "SPRING", TENTH)
    await service.add_discount(other, "SPRING", TENTH)
    with pytest.raises(CodeTaken):
        await service.add_discount(one, "spring", TENTH)
    with pytest.raises(CodeOfVendor):
        await service.add_discount(OPERATOR, "SPRING", TENTH)
    await service.add_discount(OPERATOR, "AUTUMN", TENTH)
    with pytest.raises(CodeOfMarketplace):
        await service.add_discount(one, "AUTUMN", TENTH)
    with pytest.raises(CodeTaken):
        await service.add_discount(OPERATOR, "AUTUMN", TENTH)


async def test_two_who_make_the_same_code_at_once_make_one() -> None:
    """The second reads that it is there."""
    owner = await _owner()
    answers = await asyncio.gather(
        *(service.add_discount(owner, "SPRING", TENTH) for _ in range(2)),
        return_exceptions=True,
    )
    assert sorted(isinstance(answer, CodeTaken) for answer in answers) == [False, True]


@pytest.mark.parametrize("vendor_id", [None, 1])
async def test_the_database_refuses_a_second_code_of_the_same_owner(
    vendor_id: int | None,
) -> None:
    """Also the marketplace's, whose owner is nobody's row."""
    owner = vendor_id and (await make_ready_vendor()).id
    await make_discount(owner)
    with pytest.raises(IntegrityError):
        await make_discount(owner)


async def test_nobody_writes_another_owners_code() -> None:
    """A vendor's is not there for others, nor for the operator's page, nor the marketplace's for a
    vendor.
    """
    one, other = await _owner(), await _owner()
    mine = await service.add_discount(one, "SPRING", TENTH)
    ours = await service.add_discount(OPERATOR, "AUTUMN", TENTH)
    for owner, discount_id in ((other, mine), (OPERATOR, mine), (one, ours), (one, 0)):
        with pytest.raises(DiscountNotFound):
            await service.change_discount(owner, discount_id, FIVE)
        with pytest.raises(DiscountNotFound):
            await service.switch_discount(owner, discount_id, on=False)
        with pytest.raises(DiscountNotFound):
            await discount_view(owner.vendor_id, discount_id)
    assert [v.discount.id for v in (await discounts_page(None, page=1)).rows] == [ours]


async def test_a_discount_is_changed_and_switched_and_the_trail_says_how() -> None:
    """Doing the same again is nothing new."""
    made = await service.add_discount(OPERATOR, "SPRING", TENTH)
    for _ in range(2):
        await service.change_discount(OPERATOR, made, replace(TENTH, most_uses=5))
        await service.switch_discount(OPERATOR, made, on=False)
    entries = await AuditEntry.filter(subject=f"discount:{made}").order_by("id")
    acts = [entry.action for entry in entries]
    assert acts == ["discount.added", "discount.changed", "discount.switched_off"]
    assert entries[1].details["most_uses"] == 5


async def test_an_owner_has_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is written in bulk."""
    monkeypatch.setattr(service, "MOST_DISCOUNTS", 1)
    await service.add_discount(OPERATOR, "SPRING", TENTH)
    with pytest.raises(TooManyDiscounts):
        await service.add_discount(OPERATOR, "AUTUMN", TENTH)


async def test_what_was_found_says_where_it_ends() -> None:
    """Unknown, and another shop's, are two sentences."""
    vendor = await make_ready_vendor()
    await make_discount(vendor.id)
    with pytest.raises(UnknownCode):
        await find_code("NOBODYS", [vendor.id], ADA)
    with pytest.raises(CodeWithoutGoods):
        await find_code("WELCOME10", [vendor.id + 1], ADA)
    assert (await find_code("", [vendor.id], ADA)).off(_goods(vendor.id)) == ()


async def test_the_day_it_begins_is_said_as_the_marketplace_has_it() -> None:
    """Midnight in Sydney is a day before in UTC."""
    await MarketplaceSettings.create(id=1, time_zone="Australia/Sydney")
    starts = datetime(2026, 12, 2, 13, tzinfo=UTC)
    await make_discount(starts_at=starts)
    with clock.use(lambda: NOW):
        found = await find_code("WELCOME10", [1], ADA)
        with pytest.raises(CodeNotYet, match="3 Dec 2026"):
            found.off(_goods(1))


class TestUses:
    """A limit holds whoever comes at the same moment."""

    pytestmark = pytest.mark.both_engines

    async def _use(self, code: str, user: CodeUser) -> int:
        """As placing an order does: look under the lock, count, go on."""
        order = await make_order()
        async with unit.transaction() as tx:
            found = await redeeming.lock_code(tx, code, [order.vendor_id], user)
            off = found.off(_goods(order.vendor_id))
            redeeming.reserve(tx, off, order.checkout_id, user)
        return order.checkout_id

    async def test_two_who_want_the_last_use_one_gets_it(self) -> None:
        """The other reads that it is used up."""
        made = await make_discount(most_uses=1)
        answers = await asyncio.gather(
            self._use("WELCOME10", ADA),
            self._use("WELCOME10", BEN),
            return_exceptions=True,
        )
        assert sorted(isinstance(each, CodeUsedUp) for each in answers) == [False, True]
        await made.refresh_from_db()
        assert made.uses == await Redemption.all().count() == 1

    async def test_one_who_wants_it_twice_at_once_gets_it_once(self) -> None:
        """By account or by address, whichever is the same."""
        await make_discount(most_per_shopper=1)
        sam = (await make_customer()).id
        answers = await asyncio.gather(
            self._use("WELCOME10", CodeUser(sam, "one@example.test")),
            self._use("WELCOME10", CodeUser(sam, "two@example.test")),
            return_exceptions=True,
        )
        refused = [each for each in answers if isinstance(each, CodeUsedByYou)]
        assert len(refused) == await Redemption.all().count() == 1
        with pytest.raises(CodeUsedByYou):
            await self._use("WELCOME10", CodeUser(sam, "three@example.test"))

    @pytest.mark.parametrize("email", ["Ada@Example.test", "ada+again@example.test"])
    async def test_an_address_written_otherwise_is_the_same_shopper(
        self, email: str
    ) -> None:
        """Without an account the address is what a guest is known by."""
        await make_discount(most_per_shopper=1)
        await self._use("WELCOME10", ADA)
        with pytest.raises(CodeUsedByYou):
            await self._use("WELCOME10", CodeUser(None, email))
        await self._use("WELCOME10", BEN)

    async def test_what_is_given_back_can_be_used_again_once(self) -> None:
        """Giving it back twice gives back one."""
        made = await make_discount(most_uses=1, most_per_shopper=1)
        checkout_id = await self._use("WELCOME10", ADA)
        for _ in range(2):
            async with unit.transaction() as tx:
                await redeeming.release(tx, checkout_id)
        await made.refresh_from_db()
        assert made.uses == 0
        await self._use("WELCOME10", ADA)

    async def test_what_is_paid_stays_used(self) -> None:
        """Nothing gives it back any more, and its owner reads what it cost."""
        made = await make_discount(**FIVER)
        checkout_id = await self._use("WELCOME10", ADA)
        for step in (redeeming.settle, redeeming.settle, redeeming.release):
            async with unit.transaction() as tx:
                await step(tx, checkout_id)
        view = await discount_view(None, made.id)
        assert (view.discount.uses, view.paid) == (1, 1)
        assert [str(cost) for cost in view.cost] == ["€5.00"]

    async def test_money_that_comes_late_pays_the_price_that_was_promised(self) -> None:
        """Its use counts again, be it beyond the limit that somebody else has reached since."""
        made = await make_discount(most_uses=1)
        checkout_id = await self._use("WELCOME10", ADA)
        async with unit.transaction() as tx:
            await redeeming.release(tx, checkout_id)
        await self._use("WELCOME10", BEN)
        async with unit.transaction() as tx:
            await redeeming.settle(tx, checkout_id)
        await made.refresh_from_db()
        assert made.uses == 2
        states = await Redemption.all().order_by("id").values_list("status", flat=True)
        assert states == [RedemptionState.USED, RedemptionState.RESERVED]

    async def test_what_replaces_a_purchase_has_its_use(self) -> None:
        """Who goes back to the basket has not used the code up for themselves."""
        await make_discount(most_uses=1, most_per_shopper=1)
        checkout_id = await self._use("WELCOME10", ADA)
        async with unit.transaction() as tx:
            found = await redeeming.lock_code(
                tx, "WELCOME10", [1], ADA, besides=checkout_id
            )
            assert found.off(_goods(1))
        async with unit.transaction() as tx:
            found = await redeeming.lock_code(tx, "WELCOME10", [1], ADA)
            with pytest.raises(CodeRefused):
                found.off(_goods(1))


class TestGuessing:
    """Who tries one code after another is stopped, and the operator reads from where."""

    async def _wrong(self, browser: str, network: str = "203.0.113.7") -> None:
        await tries.begin(browser=browser, network=network)
        await tries.was_wrong(network=network)

    async def test_a_browser_is_stopped_after_some_and_let_in_again_later(self) -> None:
        """Another browser of the same network goes on."""
        with clock.use(lambda: NOW):
            for _ in range(8):
                await self._wrong("one")
            with pytest.raises(GuessedTooOften):
                await self._wrong("one")
            await self._wrong("two")
        with clock.use(lambda: NOW + timedelta(minutes=2)):
            await self._wrong("one")

    async def test_a_network_is_stopped_whatever_browsers_it_makes_up(self) -> None:
        """A robot has a new cookie each time."""
        with clock.use(lambda: NOW):
            for n in range(40):
                await self._wrong(f"browser {n}")
            with pytest.raises(GuessedTooOften):
                await self._wrong("another browser")
            await self._wrong("elsewhere", "198.51.100.1")
            (worst, other) = await tries.guessing()
            assert (worst.network, worst.unknown, worst.stopped) == (
                "203.0.113.7",
                40,
                1,
            )
            assert (other.unknown, other.stopped) == (1, 0)
            assert await tries.count_stopped() == 1
        with clock.use(lambda: NOW + timedelta(days=1, hours=1)):
            assert await tries.guessing() == ()
            assert await tries.count_stopped() == 0

    async def test_who_is_right_counts_nothing(self) -> None:
        """A whole company may use one code behind one address."""
        with clock.use(lambda: NOW):
            for _ in range(60):
                await tries.begin(browser="one", network="203.0.113.7")
                await tries.was_right(browser="one", network="203.0.113.7")
        assert not await CodeTries.exists()
