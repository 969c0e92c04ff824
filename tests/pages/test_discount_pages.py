"""Discount codes in the portal: a vendor's own, the marketplace's, and who guesses them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.trade.catalogue.models import Category
from shared.trade.discounts import tries
from shared.trade.discounts.errors import GuessedTooOften
from shared.trade.discounts.models import DiscountCode, Redemption
from shared.trade.discounts.rules import RedemptionState
from shared.trade.marketplace.models import MarketplaceSettings
from tests.support.discounts import FIVER, make_discount
from tests.support.factories import make_order, make_ready_vendor
from tests.support.portal import PASSWORD, Portal, operator_in, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")

TENTH = {"discount_code": "welcome 10", "kind": "percent", "percentage": "10"}
HERE = "/vendor/admin/discounts"
OURS = "/operator/discounts"


@pytest.fixture
async def shop(client: TestClientProtocol) -> Portal:
    return await signed_in(client)


@pytest.fixture
async def staff(client: TestClientProtocol) -> Portal:
    return await operator_in(client)


async def _said(answer: Any) -> str:
    return words(await answer.get_data(as_text=True))


async def test_a_vendor_makes_a_code_and_reads_what_became_of_it(shop: Portal) -> None:
    """From an empty page to a row with what was taken off paid orders."""
    assert "No discounts yet" in words(await shop.get(HERE))
    answer = await shop.post(f"{HERE}/new", {**TENTH, "most_uses": "100"})
    assert answer.status_code == 303
    made = await DiscountCode.get()
    assert (made.code, made.vendor_id) == ("WELCOME10", shop.vendor_id)
    order = await make_order(await shop.vendor())
    await Redemption.create(
        discount_id=made.id,
        checkout_id=order.checkout_id,
        status=RedemptionState.USED,
        shopper_digest="",
        amount=499,
        currency="EUR",
    )
    await DiscountCode.all().update(uses=1)
    said = words(await shop.get(HERE))
    assert "WELCOME10 10% off Always Active 1 of 100 €4.99" in said
    assert "€4.99" in words(await shop.get(f"{HERE}/{made.id}"))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            {"discount_code": "été"},
            "Use 3 to 40 letters from A to Z, digits and dashes.",
        ),
        ({"discount_code": ""}, "Enter the code that shoppers type"),
        ({"percentage": ""}, "Enter a percentage above 0, at most 100."),
        ({"percentage": "101"}, "Enter a percentage above 0, at most 100."),
        ({"percentage": "ten"}, "Percentage"),
        ({"kind": "amount", "amount": ""}, "Enter an amount above zero."),
        ({"kind": "amount", "amount": "-5"}, "Amount"),
        ({"kind": "everything"}, "Not a valid choice"),
        ({"starts_time": "10:00"}, "Choose the day as well."),
        ({"starts_day": "tomorrow"}, "Not a valid date value."),
        ({"starts_day": "0001-01-01"}, "Choose a day of this century."),
        ({"ends_day": "9999-12-31"}, "Choose a day of this century."),
        (
            {"starts_day": "2030-02-02", "ends_day": "2030-02-01"},
            "It would be over before it begins.",
        ),
        ({"most_uses": "0"}, "Enter a number from 1, or leave it empty."),
        ({"most_per_shopper": "many"}, "Orders per shopper"),
        ({"most_uses": "9" * 30}, "Orders in all"),
    ],
)
async def test_what_makes_no_sense_is_said_at_its_field_and_kept(
    shop: Portal, given: dict[str, str], why: str
) -> None:
    """Nothing is saved, and nothing of what was typed is lost."""
    typed = {**TENTH, "least": "50", "most_per_shopper": "3", **given}
    answer = await shop.post(f"{HERE}/new", typed)
    html = await answer.get_data(as_text=True)
    assert answer.status_code == 422, words(html)
    assert why in words(html)
    assert "field-bad" in html
    assert "50" in html
    assert not await DiscountCode.exists()


async def test_a_code_that_is_there_is_said_at_its_field(shop: Portal) -> None:
    """The marketplace's, and one's own."""
    await make_discount(code="AUTUMN")
    await make_discount(shop.vendor_id, "SPRING")
    for code, why in (
        ("autumn", "This code is taken."),
        ("spring", "You have a discount with this code already."),
    ):
        answer = await shop.post(f"{HERE}/new", {**TENTH, "discount_code": code})
        assert (answer.status_code, why in await _said(answer)) == (409, True)


async def test_days_are_the_marketplaces_and_a_last_day_counts_whole(
    shop: Portal,
) -> None:
    """They come back as they were typed."""
    await MarketplaceSettings.create(id=1, time_zone="America/New_York")
    days = {
        "starts_day": "2030-12-01",
        "starts_time": "18:30",
        "ends_day": "2030-12-24",
    }
    await shop.post(f"{HERE}/new", {**TENTH, **days})
    made = await DiscountCode.get()
    assert made.starts_at == datetime(2030, 12, 1, 23, 30, tzinfo=UTC)
    assert made.ends_at == datetime(2030, 12, 25, 5, tzinfo=UTC)
    html = await shop.get(f"{HERE}/{made.id}")
    for value in ("2030-12-01", "18:30", "2030-12-24"):
        assert f'value="{value}' in html
    assert "America/New York" in words(html)
    said = words(await shop.get(HERE))
    assert "1 Dec 2030, 18:30 to 24 Dec 2030 Begins later" in said


async def test_a_code_is_changed_and_switched_off(shop: Portal) -> None:
    """Its code stays; it says so once it cannot be used."""
    made = await make_discount(shop.vendor_id)
    page = f"{HERE}/{made.id}"
    assert (await shop.post(page, {"percentage": "12.5"})).status_code == 303
    await shop.post(f"{page}/switch", {"is_active": "no"})
    await made.refresh_from_db()
    assert (made.percentage, made.is_active) == (Decimal("12.50"), False)
    assert "Switched off" in words(await shop.get(page))
    await shop.post(f"{page}/switch", {"is_active": "yes"})
    assert "Active" in words(await shop.get(HERE))


async def test_nobody_elses_code_is_there(shop: Portal) -> None:
    """Another vendor's and the marketplace's, to read, to change, to switch."""
    other = await make_ready_vendor()
    for made in (await make_discount(other.id), await make_discount(code="OURS")):
        page = f"{HERE}/{made.id}"
        for way, address in (
            ("GET", page),
            ("POST", page),
            ("POST", f"{page}/switch"),
        ):
            answer = await shop.send(way, address, {"is_active": "no"})
            assert answer.status_code == 404, address
        await made.refresh_from_db()
        assert made.is_active


async def test_the_marketplaces_code_may_be_for_some_vendors_and_categories(
    staff: Portal,
) -> None:
    """Chosen by their names; it says who bears it."""
    lux = await make_ready_vendor(slug="lux", name="Lux")
    await make_ready_vendor(slug="nord", name="Nord")
    await Category.all().delete()
    await Category.create(slug="cups", name="Cups")
    given: dict[str, str | list[str]] = {
        **TENTH,
        "kind": "amount",
        "currency": "EUR",
        "amount": "5",
        "least": "50",
        "vendors": ["lux", "nord"],
        "categories": "Cups",
    }
    answer = await staff.post(f"{OURS}/new", given)
    assert answer.status_code == 303, await _said(answer)
    made = await DiscountCode.get()
    assert made.vendor_ids[0] == lux.id
    assert (made.amount, made.currency, made.categories) == (500, "EUR", ["Cups"])
    html = await staff.get(f"{OURS}/{made.id}")
    assert _offered(html) == [("lux", True), ("nord", True)]
    said = words(await staff.get(OURS))
    assert "€5.00 off from €50.00 · some vendors · Cups" in said
    assert "The marketplace 0 –" in said


def _offered(html: str) -> list[tuple[str, bool]]:
    """The shops that a form offers, and whether each is chosen."""
    boxes = re.findall(r"<input[^>]*name=\"vendors\"[^>]*>", html)
    found = [(re.findall(r'value="([^"]*)"', box)[0], box) for box in boxes]
    return [(slug, " checked" in box) for slug, box in found]


async def test_shops_are_found_by_name_without_scripts_and_nothing_is_saved(
    staff: Portal,
) -> None:
    """By the button, and by Enter; what was chosen and typed stays, Save saves it."""
    for name in ("Lux", "Nord", "Nord Est"):
        await make_ready_vendor(slug=name.lower().replace(" ", "-"), name=name)
    typed: dict[str, str | list[str]] = {
        **TENTH,
        "vendors": ["lux"],
        "find_shop": "nord",
    }
    for pressed in ("find", "enter"):
        answer = await staff.post(f"{OURS}/new", {**typed, pressed: "yes"})
        html = await answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert _offered(html) == [("lux", True), ("nord", False), ("nord-est", False)]
        assert f'value="{TENTH["discount_code"]}"' in html
    nobody = await staff.post(f"{OURS}/new", {**typed, "find_shop": "x", "find": "y"})
    assert "No other shop is called “x”." in await _said(nobody)
    assert not await DiscountCode.exists()
    saved = await staff.post(
        f"{OURS}/new", {**typed, "found_for": "nord", "enter": "yes"}
    )
    assert saved.status_code == 303, await _said(saved)
    assert len((await DiscountCode.get()).vendor_ids) == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"vendors": "nowhere"}, "No shop has the address “nowhere”."),
        ({"kind": "amount", "amount": "5"}, "This amount has no currency."),
        ({"least": "5"}, "This amount has no currency."),
        ({"currency": "ABC"}, "Not a valid choice"),
    ],
)
async def test_what_the_marketplace_says_wrong_is_said_at_its_field(
    staff: Portal, given: dict[str, str], why: str
) -> None:
    """Nothing is saved."""
    answer = await staff.post(f"{OURS}/new", {**TENTH, **given})
    assert (answer.status_code, why in await _said(answer)) == (422, True)
    assert not await DiscountCode.exists()


async def test_staff_read_vendors_codes_and_change_none(staff: Portal) -> None:
    """They are the vendors', who bear them."""
    lux = await make_ready_vendor(name="Lux")
    made = await make_discount(lux.id, "LUXFIVE", **FIVER)
    said = words(await staff.get(f"{OURS}?of=vendors"))
    assert "LUXFIVE €5.00 off Always Active Lux" in said
    assert "LUXFIVE" not in words(await staff.get(OURS))
    assert (await staff.send("GET", f"{OURS}/{made.id}")).status_code == 404


async def test_staff_read_from_where_codes_are_guessed(staff: Portal) -> None:
    """On the page, and on their home once somebody was stopped."""
    assert "Nobody has tried codes that do not exist" in words(await staff.get(OURS))
    assert "guessed" not in words(await staff.get("/operator"))
    for n in range(9):
        try:
            await tries.begin(browser="one", network="203.0.113.7")
        except GuessedTooOften:
            assert n == 8
        else:
            await tries.was_wrong(network="203.0.113.7")
    said = words(await staff.get(OURS))
    assert "203.0.113.7" in said
    assert "8 1" in said
    home = words(await staff.get("/operator"))
    assert "Discount codes are being guessed" in home


async def test_a_code_that_waits_for_a_password_is_kept(staff: Portal) -> None:
    """Who signed in a while ago confirms who it is, reads the code once more, and makes it."""
    later = clock.now() + timedelta(minutes=10)
    with clock.use(lambda: later):
        asked = await staff.post(f"{OURS}/new", TENTH)
        assert asked.location.startswith("/vendor/confirm/")
        await staff.post(asked.location, {"password": PASSWORD})
        page = await staff.get(asked.location)
        assert "Code welcome 10" in words(page)
        kept = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
        made = await staff.send("POST", f"{OURS}/new", dict(kept))
    assert made.status_code == 303
    assert (await DiscountCode.get()).code == "WELCOME10"
