"""What a vendor says of sending, and what becomes of it in an order, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.core.errors import MarketError
from shared.infra.audit.models import AuditEntry
from shared.trade.baskets import service as baskets
from shared.trade.orders import queries
from shared.trade.orders.errors import TooMuchToPay
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus
from shared.trade.orders.service import place_order
from shared.trade.shipping import service
from shared.trade.shipping.errors import (
    ChooseShipping,
    DaysOutOfOrder,
    MethodUnnamed,
    NoPlaces,
    NotServed,
    PickupPlaceMissing,
    PlaceTaken,
    ShippingAmountOutOfRange,
    ShippingChanged,
    TooManyZones,
    ZoneFull,
    ZoneNotFound,
)
from shared.trade.shipping.models import ShippingSettings
from shared.trade.shipping.queries import plan_of_vendor
from shared.trade.shipping.rules import (
    MOST_METHODS,
    MOST_ZONES,
    REST_OF_EU,
    DeliveryDays,
    MethodKind,
    ShippingChoice,
    ShippingMethod,
    ShippingPlan,
)
from shared.trade.shipping.service import Editor
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import ADA
from tests.support.shipping import BY_EXPRESS, BY_STANDARD, PLAN, send_by

if TYPE_CHECKING:
    from shared.trade.vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("database")
PARCEL = ShippingMethod("", "Parcel", MethodKind.FLAT, 490, days=DeliveryDays(1, 2))


async def _editor() -> Editor:
    return Editor((await make_ready_vendor()).id, "member:1")


async def _plan(editor: Editor) -> ShippingPlan:
    plan = await plan_of_vendor(editor.vendor_id)
    assert plan is not None
    return plan


class TestSaying:
    async def test_zones_and_ways_of_sending_are_kept_and_noted(self) -> None:
        """In the vendor's currency, each change with who made it."""
        editor = await _editor()
        home = await service.save_zone(editor, None, ["LU", "DE"])
        rest = await service.save_zone(editor, None, [REST_OF_EU])
        made = await service.save_method(editor, home, PARCEL)
        await service.save_method(editor, home, replace(PARCEL, key=made, price=590))
        await service.save_handling(editor, 4)
        plan = await _plan(editor)
        assert (plan.currency, plan.handling_days) == ("EUR", 4)
        assert [zone.key for zone in plan.zones] == [home, rest]
        assert plan.zones[0].places == ("DE", "LU")
        assert [method.price for method in plan.zones[0].methods] == [590]
        noted = await AuditEntry.filter(action=service.CHANGED).values_list(
            "actor", "subject"
        )
        assert noted == [("member:1", f"shipping:{editor.vendor_id}")] * 5

    async def test_saving_what_is_there_says_nothing(self) -> None:
        """The trail has what changed, not who pressed a button."""
        editor = await _editor()
        zone = await service.save_zone(editor, None, ["LU"])
        key = await service.save_method(editor, zone, PARCEL)
        before = await AuditEntry.all().count()
        await service.save_zone(editor, zone, ["LU"])
        await service.save_method(editor, zone, replace(PARCEL, key=key))
        await service.save_handling(editor, 1)
        assert await AuditEntry.all().count() == before

    async def test_a_country_is_in_one_zone_alone(self) -> None:
        """Its own zone may be saved again with it."""
        editor = await _editor()
        zone = await service.save_zone(editor, None, ["LU"])
        await service.save_zone(editor, zone, ["LU", "BE"])
        with pytest.raises(PlaceTaken, match="Belgium"):
            await service.save_zone(editor, None, ["BE"])
        with pytest.raises(NoPlaces):
            await service.save_zone(editor, None, [])

    async def test_what_is_removed_is_gone_with_its_ways_of_sending(self) -> None:
        """A key that was there is not found any more."""
        editor = await _editor()
        zone = await service.save_zone(editor, None, ["LU"])
        key = await service.save_method(editor, zone, PARCEL)
        await service.remove_method(editor, zone, key)
        assert (await _plan(editor)).zones[0].methods == ()
        await service.remove_zone(editor, zone)
        assert (await _plan(editor)).zones == ()
        with pytest.raises(ZoneNotFound):
            await service.save_method(editor, zone, PARCEL)

    @pytest.mark.parametrize(
        ("values", "error"),
        [
            ({"name": " "}, MethodUnnamed),
            ({"kind": MethodKind.PICKUP}, PickupPlaceMissing),
            ({"price": -1}, ShippingAmountOutOfRange),
            ({"free_from": 100_000_000}, ShippingAmountOutOfRange),
            ({"days": DeliveryDays(3, 2)}, DaysOutOfOrder),
            ({"days": DeliveryDays(0, 91)}, DaysOutOfOrder),
        ],
    )
    async def test_what_makes_no_sense_is_refused(
        self, values: dict[str, object], error: type[MarketError]
    ) -> None:
        """Nothing of it is kept."""
        editor = await _editor()
        zone = await service.save_zone(editor, None, ["LU"])
        with pytest.raises(error):
            await service.save_method(
                editor,
                zone,
                replace(PARCEL, **values),  # type: ignore[arg-type]
            )
        assert (await _plan(editor)).zones[0].methods == ()

    async def test_a_plan_stays_readable(self) -> None:
        """So many zones, so many ways of sending in each, and no more."""
        editor = await _editor()
        zones = replace(PLAN.zones[0], methods=())
        many = tuple(replace(zones, key=f"{n}", places=()) for n in range(MOST_ZONES))
        row = await send_by(editor.vendor_id, replace(PLAN, zones=many))
        with pytest.raises(TooManyZones):
            await service.save_zone(editor, None, ["LU"])
        for _ in range(MOST_METHODS):
            await service.save_method(editor, "0", PARCEL)
        with pytest.raises(ZoneFull):
            await service.save_method(editor, "0", PARCEL)
        await row.refresh_from_db()
        assert len(row.zones[0]["methods"]) == MOST_METHODS

    @pytest.mark.both_engines
    async def test_two_who_begin_at_once_lose_nothing(self) -> None:
        """One row a vendor, both zones in it."""
        editor = await _editor()
        places = (["LU"], ["BE"], ["FR"], ["DE"])
        await asyncio.gather(
            *(service.save_zone(editor, None, place) for place in places)
        )
        assert await ShippingSettings.filter(vendor_id=editor.vendor_id).count() == 1
        assert {zone.places for zone in (await _plan(editor)).zones} == {
            ("LU",),
            ("BE",),
            ("FR",),
            ("DE",),
        }


async def _basket(quantity: int = 1, **product: int) -> tuple[Vendor, str]:
    vendor = await make_ready_vendor(name="Lux")
    item = await make_product(vendor, **product)
    token = await baskets.add(None, product_id=item.id, quantity=quantity)
    return vendor, token


async def _place(
    token: str,
    vendor: Vendor,
    choice: ShippingChoice | None = None,
    country: str = "LU",
) -> str:
    return await place_order(
        basket_token=token,
        contact=replace(ADA, country=country),
        customer_id=None,
        hold_minutes=30,
        shipping={vendor.id: choice} if choice else None,
    )


class TestPlacing:
    async def test_the_price_is_added_and_frozen_with_its_promise(self) -> None:
        """The order keeps what was sold, whatever the vendor says later; commission is of the goods
        alone.
        """
        vendor, token = await _basket(quantity=2, price_amount=1000)
        row = await send_by(vendor.id)
        checkout = await _place(token, vendor, BY_STANDARD)
        await row.delete()

        view = await queries.checkout_by_token(checkout)
        (order,) = view.orders
        assert (view.total.amount, order.total.amount) == (2490, 2490)
        assert order.sent_by is not None
        assert order.sent_by.method == "Standard parcel"
        assert (order.sent_by.price.amount, order.sent_by.goods.amount) == (490, 2000)
        assert order.sent_by.days == DeliveryDays(3, 5)
        rate = order.platform_fee.amount / Decimal(2000) * 100
        stored = await Order.get(id=order.id)
        assert rate == stored.platform_fee_percentage
        assert sum(line.commission.amount for line in order.lines) == (
            order.platform_fee.amount
        )

    async def test_where_nothing_was_set_the_price_includes_it(self) -> None:
        """As orders of before; a choice that a page made up adds nothing."""
        vendor, token = await _basket(price_amount=1000)
        checkout = await _place(token, vendor, BY_EXPRESS, country="US")
        (order,) = (await queries.checkout_by_token(checkout)).orders
        assert (order.total.amount, order.sent_by) == (1000, None)

    @pytest.mark.parametrize(
        ("choice", "country", "error"),
        [
            (None, "LU", ChooseShipping),
            (BY_STANDARD, "FR", ChooseShipping),
            (ShippingChoice("standard", 0), "LU", ShippingChanged),
            (BY_STANDARD, "US", NotServed),
        ],
    )
    async def test_nothing_is_placed_that_was_not_chosen_at_its_price(
        self, choice: ShippingChoice | None, country: str, error: type[MarketError]
    ) -> None:
        """A sentence, before anybody pays."""
        vendor, token = await _basket()
        await send_by(vendor.id)
        with pytest.raises(error):
            await _place(token, vendor, choice, country)
        assert await Order.all().count() == 0

    async def test_the_weight_of_all_pieces_counts(self) -> None:
        """Three pieces of 700 g are two kilograms and a bit."""
        vendor, token = await _basket(quantity=3, price_amount=1000, weight_grams=700)
        await send_by(vendor.id)
        checkout = await _place(token, vendor, ShippingChoice("heavy", 1400), "FR")
        view = await queries.checkout_by_token(checkout)
        assert view.total.amount == 3000 + 1400

    @pytest.mark.both_engines
    async def test_another_way_of_sending_is_another_order(self) -> None:
        """The first is cancelled and its stock freed; the same again is the same order."""
        vendor, token = await _basket()
        await send_by(vendor.id)
        first = await _place(token, vendor, BY_STANDARD)
        assert await _place(token, vendor, BY_STANDARD, "DE") == first
        second = await _place(token, vendor, BY_EXPRESS)
        assert second != first
        states = [(await Checkout.get(token=each)).status for each in (first, second)]
        assert states == [CheckoutStatus.CANCELLED, CheckoutStatus.OPEN]
        assert await Order.filter(checkout__token=first).first().values_list(
            "stock_state", flat=True
        ) in ("released", "at_payment")

    async def test_all_that_is_paid_counts_for_the_most_that_can_be(self) -> None:
        """The goods alone would do; with their delivery they are too much for a card."""
        vendor, token = await _basket(price_amount=99_999_900)
        await send_by(vendor.id)
        with pytest.raises(TooMuchToPay):
            await _place(token, vendor, BY_EXPRESS)
