"""A discount code in the checkout, without scripts: typed, kept, taken off, and why it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from shared.trade.discounts.models import DiscountCode, Redemption
from shared.trade.orders.models import Order
from tests.support.discounts import FIVER, FREE_SHIPPING, make_discount
from tests.support.factories import make_product, make_ready_vendor
from tests.support.shipping import send_by
from tests.support.storefront import ADDRESS, Browser, words

if TYPE_CHECKING:
    from shared.trade.vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("database")

HERE = "/shop/checkout"
APPLY = {"code": "apply"}
_SEEN = re.compile(r'name="(seen_code|seen_off|part)" value="([^"]*)"')


@pytest.fixture
def browser(client: Any) -> Browser:
    return Browser(client)


async def _with_cup(browser: Browser, price: int = 4990) -> Vendor:
    vendor = await make_ready_vendor(slug="lux", name="Lux", country="LU")
    await make_product(vendor, slug="cup", name="Cup", price_amount=price)
    await browser.add("/shops/lux/cup")
    return vendor


async def _try(browser: Browser, code: str, **given: str) -> tuple[int, str]:
    """Press Apply; the status and the page."""
    answer = await browser.post(HERE, {**APPLY, "discount_code": code, **given})
    return answer.status_code, await answer.get_data(as_text=True)


async def _order(browser: Browser, html: str, **given: str) -> Any:
    """Press Continue on a page that looks so."""
    seen = dict(_SEEN.findall(html))
    return await browser.post(HERE, {**ADDRESS, **seen, **given})


async def test_a_code_is_taken_off_and_nothing_that_was_typed_is_lost(
    browser: Browser,
) -> None:
    """Before anything of the address was blamed; it is there after a reload, and in the order."""
    vendor = await _with_cup(browser)
    await make_discount(vendor.id)
    status, html = await _try(browser, "welcome 10", full_name="Ada L", city="Esch")
    assert status == 200
    assert 'value="Ada L"' in html
    assert 'value="Esch"' in html
    assert "Enter street" not in html
    assert "Discount WELCOME10 −€4.99 Total €44.91" in words(html)
    again = await browser.get(HERE)
    assert "Discount WELCOME10 −€4.99" in words(again)
    basket = words(await browser.get("/shop/basket"))
    assert "Discount WELCOME10 −€4.99 Total €44.91" in basket
    answer = await _order(browser, again)
    assert answer.status_code == 303
    order = await Order.get()
    assert (order.total_amount_cents, order.discount_code) == (4491, "WELCOME10")


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        ("NOBODYS", 409, "We do not know the code “NOBODYS”."),
        ("<b>été</b>", 409, "We do not know the code"),
        ("", 409, "We do not know the code"),
        ("OTHERS", 409, "The code OTHERS is of another shop."),
        ("DEAR", 409, "needs an order of €100.00 or more. Another €50.10 is missing."),
        ("GONE", 409, "The code GONE is not valid any more."),
        ("X" * 5000, 409, "We do not know the code"),
    ],
)
async def test_a_code_that_cannot_be_used_says_why_at_its_field(
    browser: Browser, code: str, status: int, why: str
) -> None:
    """What was typed stays, the basket as it was."""
    await _with_cup(browser)
    other = await make_ready_vendor()
    await make_discount(other.id, "OTHERS")
    await make_discount(code="DEAR", least_amount=10_000, **FIVER)
    await make_discount(code="GONE", is_active=False)
    found, html = await _try(browser, code, full_name="Ada L")
    assert (found, why in words(html)) == (status, True)
    assert "<b>" not in html.replace("<b>", "", html.count("<b></b>"))
    assert 'value="Ada L"' in html
    assert not await Order.exists()


async def test_a_code_that_was_typed_and_not_applied_is_looked_at_first(
    browser: Browser,
) -> None:
    """Pressing Continue shows the new total; the next press orders at it."""
    vendor = await _with_cup(browser)
    await make_discount(vendor.id)
    page = await browser.get(HERE)
    answer = await _order(browser, page, discount_code="WELCOME10")
    html = await answer.get_data(as_text=True)
    assert "Total €44.91" in words(html)
    assert not await Order.exists()
    assert (await _order(browser, html)).status_code == 303
    assert (await Order.get()).total_amount_cents == 4491


async def test_it_is_taken_out_again(browser: Browser) -> None:
    """By a button of the same form."""
    vendor = await _with_cup(browser)
    await make_discount(vendor.id)
    await _try(browser, "WELCOME10")
    answer = await browser.post(HERE, {"code": "remove", "city": "Esch"})
    html = await answer.get_data(as_text=True)
    assert 'value="Esch"' in html
    assert "Total €49.90" in words(html)
    assert "Discount WELCOME10" not in words(await browser.get(HERE))


async def test_what_ended_before_it_was_ordered_is_said_and_nothing_is_ordered(
    browser: Browser,
) -> None:
    """The total is shown as it is now; without the code it can be ordered."""
    vendor = await _with_cup(browser)
    made = await make_discount(vendor.id)
    _, html = await _try(browser, "WELCOME10")
    await DiscountCode.filter(id=made.id).update(is_active=False)
    answer = await _order(browser, html)
    said = words(await answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "The code WELCOME10 is not valid any more. Remove it" in said
    basket = words(await browser.get("/shop/basket"))
    assert "The code WELCOME10 is not valid any more." in basket
    assert "Total €49.90" in said
    assert not await Order.exists()
    answer = await browser.post(HERE, {"code": "remove"})
    page = await answer.get_data(as_text=True)
    assert (await _order(browser, page)).status_code == 303


async def test_a_percentage_that_changed_is_shown_before_it_is_ordered(
    browser: Browser,
) -> None:
    """Nobody orders at a price that was not seen."""
    vendor = await _with_cup(browser)
    made = await make_discount(vendor.id)
    _, html = await _try(browser, "WELCOME10")
    await DiscountCode.filter(id=made.id).update(percentage=5)
    answer = await _order(browser, html)
    now = await answer.get_data(as_text=True)
    assert "What the code WELCOME10 takes off has changed." in words(now)
    assert "Total €47.40" in words(now)
    assert (await _order(browser, now)).status_code == 303


async def test_what_no_card_can_be_charged_is_said(browser: Browser) -> None:
    """Forty cents are left."""
    vendor = await _with_cup(browser, 540)
    await make_discount(vendor.id, "FIVER", **FIVER)
    _, html = await _try(browser, "FIVER")
    answer = await _order(browser, html)
    said = words(await answer.get_data(as_text=True))
    assert (answer.status_code, "€0.40 would be left to pay" in said) == (409, True)


async def test_free_delivery_says_so_and_costs_nothing(browser: Browser) -> None:
    """Whatever way is chosen."""
    vendor = await _with_cup(browser)
    await send_by(vendor.id)
    await make_discount(vendor.id, "FREESHIP", **FREE_SHIPPING)
    await browser.get(HERE)
    status, html = await _try(browser, "FREESHIP", country="LU")
    assert status == 200
    assert "Discount FREESHIP Free delivery Total €49.90" in words(html)
    shipping = {f"shipping-{vendor.id}": "express:1490"}
    assert (await _order(browser, html, **shipping)).status_code == 303
    order = await Order.get()
    assert (order.total_amount_cents, order.shipping_discount) == (4990, 1490)
    assert (await Redemption.get()).amount == 1490


async def test_a_robot_is_told_to_wait(browser: Browser) -> None:
    """Also with a code that exists, so that it learns nothing."""
    vendor = await _with_cup(browser)
    await make_discount(vendor.id)
    for n in range(8):
        assert (await _try(browser, f"GUESS{n}"))[0] == 409
    status, html = await _try(browser, "WELCOME10")
    assert status == 429
    assert "Too many codes that do not exist were tried from here." in words(html)


async def test_somebody_elses_use_is_not_ones_own(browser: Browser) -> None:
    """By the address in the form, before it is ordered."""
    vendor = await _with_cup(browser)
    await make_discount(vendor.id, most_per_shopper=1)
    _, html = await _try(browser, "WELCOME10", email="ada@example.test")
    await _order(browser, html)
    await Redemption.all().update(status="used")
    other = Browser(browser.client.app.test_client())
    await other.add("/shops/lux/cup")
    status, page = await _try(other, "WELCOME10", email=ADDRESS["email"])
    assert (status, "You have used the code WELCOME10 already" in words(page)) == (
        409,
        True,
    )
    assert (await _try(other, "WELCOME10", email="ben@example.test"))[0] == 200


async def test_an_order_that_costs_nothing_is_paid_by_its_code(
    browser: Browser,
) -> None:
    """Nobody is asked for a card."""
    vendor = await _with_cup(browser, 500)
    await make_discount(vendor.id, "FIVER", **FIVER)
    _, html = await _try(browser, "FIVER")
    assert "Place the order" in html
    assert "Continue to payment”" not in html
    answer = await _order(browser, html)
    answer = await browser.client.get(answer.headers["Location"])
    assert "/shop/order-confirmation" in answer.headers["Location"]
    thanks = await browser.get(answer.headers["Location"])
    assert "there is nothing to pay" in thanks
    order = await Order.get()
    assert (order.total_amount_cents, order.payment_status) == (0, "paid")
    assert (await Redemption.get()).status == "used"
