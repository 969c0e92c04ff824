"""What sending costs and how long it takes, without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.money import Money
from shared.trade.shipping.errors import ChooseShipping, NotServed, ShippingChanged
from shared.trade.shipping.rules import (
    REST_OF_WORLD,
    DeliveryDays,
    MethodKind,
    Parcel,
    ShippingChoice,
    ShippingMethod,
    ShippingPlan,
    ShippingZone,
    chosen,
    offers,
    read,
    served,
    written,
)
from tests.support.shipping import ABROAD, BY_STANDARD, EXPRESS, HEAVY, HOME, PLAN

CUP = Money(4990, "EUR")


def _to(country: str, goods: Money = CUP, grams: int = 0) -> Parcel:
    return Parcel(country, goods, grams)


def _prices(parcel: Parcel, plan: ShippingPlan = PLAN) -> dict[str, int]:
    return {offer.key: offer.price.amount for offer in offers(plan, parcel)}


@pytest.mark.parametrize(
    ("country", "zone"),
    [("LU", "home"), ("DE", "home"), ("FR", "abroad"), ("US", None), ("CH", None)],
)
def test_the_zone_that_names_a_country_wins_then_the_rest_of_the_eu(
    country: str, zone: str | None
) -> None:
    """Switzerland is no part of the EU; where no zone is left nothing is sent."""
    found = PLAN.zone_for(country)
    assert (found and found.key) == zone


def test_the_rest_of_the_world_takes_what_is_left() -> None:
    """The rest of the EU stays its own, wherever the zones stand."""
    world = ShippingZone("world", (REST_OF_WORLD,), (EXPRESS,))
    plan = replace(PLAN, zones=(world, *PLAN.zones))
    places = ("LU", "FR", "US")
    found = [zone.key for place in places if (zone := plan.zone_for(place))]
    assert found == ["home", "abroad", "world"]


@pytest.mark.parametrize(
    ("grams", "price"),
    [(0, 1000), (1, 1000), (1000, 1000), (1001, 1200), (2000, 1200), (19_999, 4800)],
)
def test_each_kilogram_that_is_begun_counts_whole(grams: int, price: int) -> None:
    """A product that nobody has weighed costs the first kilogram."""
    assert _prices(_to("FR", grams=grams)) == {"heavy": price}


def test_what_is_too_heavy_is_not_offered() -> None:
    """Twenty kilograms go, a gram more does not."""
    assert _prices(_to("FR", grams=20_000)) == {"heavy": 4800}
    assert _prices(_to("FR", grams=20_001)) == {}


def test_it_is_free_from_the_amount_on() -> None:
    """A cent less pays; the others keep their prices."""
    below, at = Money(99_99, "EUR"), Money(100_00, "EUR")
    assert _prices(_to("LU", below)) == {"standard": 490, "express": 1490, "pickup": 0}
    assert _prices(_to("LU", at)) == {"standard": 0, "express": 1490, "pickup": 0}


def test_handling_counts_to_what_is_promised() -> None:
    """Two days until it is handed over, one to three on the way; unknown days promise nothing."""
    days = {offer.key: offer.days for offer in offers(PLAN, _to("LU"))}
    assert days == {"standard": DeliveryDays(3, 5), "express": None, "pickup": None}


def test_another_currency_is_not_sent_at_these_prices() -> None:
    """Amounts of a plan mean nothing in another currency."""
    assert offers(PLAN, _to("LU", Money(4990, "DKK"))) == ()


def test_a_vendor_that_has_set_nothing_includes_it() -> None:
    """Whatever a page sends."""
    empty = ShippingPlan("EUR", 1)
    for plan in (None, empty):
        assert chosen(plan, _to("US"), BY_STANDARD, shop="Lux") is None


def test_what_was_chosen_has_to_be_offered_at_the_price_that_was_seen() -> None:
    """Nothing is added to an order that did not stand beside the button."""
    taken = chosen(PLAN, _to("DE"), BY_STANDARD, shop="Lux")
    assert taken is not None
    assert taken.price == Money(490, "EUR")
    for choice in (None, ShippingChoice("heavy", 1000), ShippingChoice("", 0)):
        with pytest.raises(ChooseShipping, match="Lux"):
            chosen(PLAN, _to("DE"), choice, shop="Lux")
    with pytest.raises(ShippingChanged):
        chosen(PLAN, _to("DE"), ShippingChoice("standard", 390), shop="Lux")
    with pytest.raises(NotServed, match="the United States"):
        chosen(PLAN, _to("US"), BY_STANDARD, shop="Lux")


def test_a_zone_without_a_way_of_sending_is_not_served() -> None:
    """Its countries are in no list of where the shop sends to."""
    plan = replace(PLAN, zones=(replace(HOME, methods=()), ABROAD))
    assert served(plan, ("LU", "FR", "US")) == ("FR",)
    with pytest.raises(NotServed):
        chosen(plan, _to("LU"), BY_STANDARD, shop="Lux")


amounts = st.integers(0, 99_999_999)
days = st.one_of(st.none(), st.builds(DeliveryDays, amounts, amounts))
methods = st.builds(
    ShippingMethod,
    st.text(),
    st.text(),
    st.sampled_from(MethodKind),
    amounts,
    amounts,
    st.one_of(st.none(), amounts),
    st.one_of(st.none(), amounts),
    days,
)
zones = st.builds(
    ShippingZone,
    st.text(),
    st.lists(st.text()).map(tuple),
    st.lists(methods, max_size=4).map(tuple),
)


@given(st.lists(zones, max_size=3).map(tuple))
def test_a_plan_is_read_as_it_was_written(made: tuple[ShippingZone, ...]) -> None:
    """Every column of every method comes back."""
    plan = ShippingPlan("EUR", 3, made)
    assert read("EUR", 3, written(made)) == plan


@given(st.integers(0, 30_000), st.integers(0, 30_000))
def test_a_heavier_parcel_is_never_cheaper(one: int, other: int) -> None:
    """Within what is carried at all."""
    lighter, heavier = sorted((one, other))
    plan = replace(
        PLAN, zones=(replace(ABROAD, methods=(replace(HEAVY, most_grams=None),)),)
    )
    prices = [_prices(_to("FR", grams=g), plan)["heavy"] for g in (lighter, heavier)]
    assert prices == sorted(prices)
