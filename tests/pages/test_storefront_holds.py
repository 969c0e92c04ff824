"""What shoppers see of held pieces: the request that Pay sends, one's own hold, an order that was
taken out of the basket.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from shared.finance.payments.models import Payment
from shared.infra.jobs.models import Job
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.rules import Option
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.market import Shop, open_shop
from tests.support.storefront import Browser, words

JSON = {"Accept": "application/json"}


@pytest.fixture
async def lux(gateway: Any, sandbox: Any) -> Shop:
    """A vendor with an account at the stand-in and two cups."""
    shop = await open_shop(gateway, sandbox, stock=2)
    await (
        (await Vendor.get(id=shop.vendor_id))
        .update_from_dict({"slug": "lux", "name": "Lux"})
        .save()
    )
    return shop


async def before_pay(browser: Browser) -> tuple[str, str]:
    """Two cups in a basket, ordered: the payment page's address and its HTML."""
    await browser.add("/shops/lux/cup", 2)
    path = await browser.check_out()
    return path, await browser.get(path)


async def press(
    browser: Browser, path: str, html: str, what: str = "hold", **changes: str
) -> tuple[int, Any]:
    """What static/js/checkout.js sends, from what the page tells it: status and body."""
    intent = re.search(r'data-intent="(pi_[^"]+)"', html)
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert intent is not None
    assert token is not None
    sent = {"intent": intent[1], **changes}
    headers = {**JSON, "X-CSRF-Token": changes.pop("csrf", token[1])}
    answer = await browser.client.post(f"{path}/{what}", form=sent, headers=headers)
    return answer.status_code, json.loads(await answer.get_data())


async def test_pay_sets_the_pieces_aside_and_lets_them_go(
    client: Any, lux: Shop
) -> None:
    """The page says when that happens; the request is the page's own, for its own intent."""
    browser = Browser(client)
    path, html = await before_pay(browser)
    assert "set aside for you the moment you press Pay" in words(html)
    assert (await Product.get(id=lux.product_id)).reserved == 0
    assert await press(browser, path, html) == (200, {"held": True})
    assert (await Product.get(id=lux.product_id)).reserved == 2
    assert await press(browser, path, html, "let-go") == (200, {"held": False})
    assert (await Product.get(id=lux.product_id)).reserved == 0


async def test_sold_out_at_pay_is_a_sentence_and_the_page_says_so_afterwards(
    client: Any, lux: Shop
) -> None:
    """409 for the script; loaded again, the page offers no card form while the pieces are not
    there.
    """
    browser = Browser(client)
    path, html = await before_pay(browser)
    await Product.filter(id=lux.product_id).update(stock=1)
    status, body = await press(browser, path, html)
    assert (status, body["error"]["code"]) == (409, "sold_out")
    assert body["error"]["message"] == "Only 1 left of A cup. Nothing was charged."
    again = await browser.get(path, status=409)
    assert "Only 1 left of A cup." in words(again)
    assert 'id="pay-button"' not in again
    assert (await Payment.get()).status == "pending"


async def test_what_is_sold_in_other_versions_by_now_is_not_called_sold_out(
    client: Any, lux: Shop
) -> None:
    """Pay and the payment page say what happened and what to do: with options where there were
    none, then without the one that was chosen.
    """
    browser, gone = Browser(client), "is not sold in this version any more."
    path, html = await before_pay(browser)
    await _offered_in(lux, "One", "Two")
    status, body = await press(browser, path, html)
    assert (status, body["error"]["code"]) == (409, "sold_out")
    assert body["error"]["message"].startswith(f"A cup {gone}")
    again = words(await browser.get(path, status=409))
    assert f"A cup {gone} Please take it out of your basket and choose again." in again

    await browser.post(f"/shop/basket/lines/{lux.product_id}", {"quantity": "0"})
    await browser.get("/shops/lux/cup")
    picked = {"quantity": "1", "option-1": "One"}
    answer = await browser.post("/shops/lux/cup", picked)
    assert answer.status_code == 303
    path = await browser.check_out()
    await _offered_in(lux, "Two")
    again = words(await browser.get(path, status=409))
    assert f"A cup (One) {gone}" in again
    assert "sold out" not in again


async def _offered_in(lux: Shop, *sizes: str) -> None:
    """The vendor says in which sizes there is one each."""
    await set_options(
        vendor_id=lux.vendor_id,
        product_id=lux.product_id,
        options=[Option("Size", sizes)],
        actor="test",
    )
    offered = Product.filter(parent_id=lux.product_id, removed_at=None)
    await offered.update(stock=1)


@pytest.mark.one_engine
async def test_only_the_page_of_that_purchase_may_ask(client: Any, lux: Shop) -> None:
    """Without the form's token, for another intent, for no purchase: nothing is set aside."""
    browser = Browser(client)
    path, html = await before_pay(browser)
    for what in ("hold", "let-go"):
        assert (await press(browser, path, html, what, csrf="wrong"))[0] == 422
        status, body = await press(browser, path, html, what, intent="pi_of_somebody")
        assert (status, body["error"]["code"]) == (409, "page_out_of_date")
        assert (await press(browser, "/shop/checkout/co_" + "x" * 32, html, what))[
            0
        ] == 404
    assert (await Product.get(id=lux.product_id)).reserved == 0


async def test_ones_own_hold_is_not_sold_out_to_oneself(
    client: Any, app: Any, lux: Shop
) -> None:
    """On the product's page, in the shop and in a search; to everybody else it is."""
    mine, other = Browser(client), Browser(app.test_client())
    path, html = await before_pay(mine)
    await press(mine, path, html)
    for address in ("/shops/lux/cup", "/shops/lux", "/search?q=cup"):
        assert "Sold out" not in await mine.get(address), address
        assert "Sold out" in await other.get(address), address
    assert "Only 2 left" in words(await mine.get("/shops/lux/cup"))


async def test_taking_an_orders_things_out_of_the_basket_lets_it_go(
    client: Any, lux: Shop
) -> None:
    """Removed, or replaced by another shop's: a job is written.

    Fewer of them, or others beside them, keep it.
    """
    browser = Browser(client)
    await before_pay(browser)

    async def jobs() -> int:
        return await Job.filter(kind="payments.give_up").count()

    await browser.post(f"/shop/basket/lines/{lux.product_id}", {"quantity": "1"})
    assert await jobs() == 0
    await browser.post(f"/shop/basket/lines/{lux.product_id}", {"quantity": "0"})
    assert await jobs() == 1
    assert await Order.all().count() == 1
