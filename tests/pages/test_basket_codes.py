"""A discount code on the basket's page, without scripts: looked at for what is paid at once, kept
to the checkout, taken out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.trade.baskets.models import Basket
from tests.support.discounts import FIVER, make_discount
from tests.support.factories import make_product, make_ready_vendor
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from shared.trade.vendors.models import Vendor

pytestmark = pytest.mark.usefixtures("database")

HERE = "/shop/basket"
APPLY = {"code": "apply"}


@pytest.fixture
async def lux() -> Vendor:
    return await make_ready_vendor(slug="lux", name="Lux", country="LU")


@pytest.fixture
async def browser(client: Any, lux: Vendor) -> Browser:
    """Somebody with a cup of Lux in the basket."""
    await make_product(lux, slug="cup", name="Cup", price_amount=4990)
    visitor = Browser(client)
    await visitor.add("/shops/lux/cup")
    return visitor


async def _try(browser: Browser, code: str, **given: str) -> tuple[int, str]:
    sent = {**APPLY, "discount_code": code, **given}
    answer = await browser.post(f"{HERE}/code", sent)
    return answer.status_code, await answer.get_data(as_text=True)


async def test_a_code_is_kept_to_the_checkout_and_taken_out_again(
    browser: Browser, lux: Vendor
) -> None:
    """Typed anyhow; reloading keeps it."""
    await make_discount(lux.id)
    assert "Add a discount code" in words(await browser.get(HERE))
    assert (await _try(browser, "welcome 10"))[0] == 303
    said = words(await browser.get(HERE))
    assert "Discount WELCOME10 −€4.99 Total €44.91" in said
    assert "Add a discount code" not in said
    checkout = words(await browser.get("/shop/checkout"))
    assert "Discount WELCOME10 −€4.99 Total €44.91" in checkout
    answer = await browser.post(f"{HERE}/code", {"code": "remove"})
    assert answer.status_code == 303
    assert "Total €49.90" in words(await browser.get(HERE))


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("NOBODYS", "We do not know the code “NOBODYS”."),
        ("", "We do not know the code"),
        ("OTHERS", "The code OTHERS is of another shop."),
        ("DEAR", "needs an order of €100.00 or more. Another €50.10 is missing."),
    ],
)
async def test_a_code_that_is_refused_says_why_at_its_field(
    browser: Browser, code: str, why: str
) -> None:
    """What was typed stays, and the basket as it was."""
    await make_discount((await make_ready_vendor()).id, "OTHERS")
    await make_discount(code="DEAR", least_amount=10_000, **FIVER)
    status, html = await _try(browser, code)
    assert (status, why in words(html)) == (409, True)
    assert f'value="{code}" aria-invalid="true"' in html
    assert '<details class="discount-fold" open>' in html
    assert (await Basket.get()).discount_code == ""


async def test_of_two_currencies_each_purchase_is_looked_at_for_itself(
    browser: Browser, lux: Vendor
) -> None:
    """What reaches the least order only together takes nothing off; the other purchase says
    nothing of a code that is not for it.
    """
    velo = await make_ready_vendor(slug="velo", name="Velo")
    await make_product(velo, slug="bell", price_amount=9000, currency="DKK")
    await browser.add("/shops/velo/bell")
    await make_discount(lux.id)
    at_lux, at_velo = {"part": str(lux.id)}, {"part": str(velo.id)}
    status, html = await _try(browser, "WELCOME10", **at_velo)
    assert (status, html.count("field-bad")) == (409, 1)
    assert (await _try(browser, "WELCOME10", **at_lux))[0] == 303
    html = await browser.get(HERE)
    assert html.count('Remove<span class="sr-only"> WELCOME10') == 1
    assert html.count('class="discount-fold"') == 1
    said = words(html)
    assert "Discount WELCOME10 −€4.99 Total €44.91" in said
    assert "another shop" not in said
    await make_discount(code="TOGETHER", least_amount=10_000, **FIVER)
    assert (await _try(browser, "TOGETHER", **at_lux))[0] == 409


async def test_an_empty_basket_and_parts_of_nobody_are_no_failure(
    browser: Browser, client: Any
) -> None:
    """Typed in a second tab, or by a robot."""
    assert (await _try(browser, "WELCOME10", part="999"))[0] == 409
    assert (await _try(Browser(client), "WELCOME10"))[0] == 409
