"""An order all of whose price a code took off, after it was placed: its shopper may change their
mind as with any other, and no page speaks of money that was never paid.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from shared.trade.orders import shipping
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.returns.models import ReturnRequest
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.discounts import make_discount
from tests.support.factories import make_product, make_ready_vendor
from tests.support.portal import Portal, operator_in, signed_in
from tests.support.storefront import ADDRESS, Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")

HERE = "/shop/checkout"
ALL_OF_IT: dict[str, Any] = {"kind": "percent", "percentage": Decimal(100)}
# What is said of money that goes back, and is wrong where none was paid.
MONEY_BACK = ("Paid back", "paid back", "5 to 10 days", "card or bank", "money back")
_SEEN = re.compile(r'name="(seen_code|seen_off|part)" value="([^"]*)"')


async def _filled(browser: Browser, vendor: Vendor, *, by_vendor: bool) -> str:
    """The checkout's page of two cups, all of whose price a code takes off."""
    await make_product(vendor, slug="cup", name="Cup", price_amount=2000, stock=9)
    await browser.add("/shops/lux/cup", quantity=2)
    await make_discount(vendor.id if by_vendor else None, "ALLOFIT", **ALL_OF_IT)
    answer = await browser.post(HERE, {"code": "apply", "discount_code": "ALLOFIT"})
    return str(await answer.get_data(as_text=True))


async def _press(browser: Browser, html: str) -> Any:
    return await browser.post(HERE, {**ADDRESS, **dict(_SEEN.findall(html))})


async def _placed(
    client: TestClientProtocol,
    vendor: Vendor | None = None,
    *,
    by_vendor: bool = False,
) -> Order:
    vendor = vendor or await make_ready_vendor(slug="lux", name="Lux", country="LU")
    browser = Browser(client)
    html = await _filled(browser, vendor, by_vendor=by_vendor)
    answer = await _press(browser, html)
    assert answer.status_code == 303, await text_of(answer)
    return await Order.get()


async def _sold_by(
    client: TestClientProtocol, *, by_vendor: bool = False
) -> tuple[Portal, Order]:
    """Such an order, and the browser of the shop that it is from."""
    portal = await signed_in(client)
    vendor = await Vendor.get(id=portal.vendor_id)
    vendor.slug = "lux"
    await vendor.save()
    config = VendorPaymentConfig.filter(vendor_id=portal.vendor_id)
    await config.update(
        stripe_account_id="acct_free", charges_enabled=True, accepts_payments=True
    )
    return portal, await _placed(client, vendor, by_vendor=by_vendor)


async def _page(order: Order) -> str:
    return f"/shop/orders/{link_of((await order.checkout).token)}"


async def _send(order: Order) -> None:
    await shipping.mark_as_shipped(
        vendor_id=order.vendor_id,
        number=order.number,
        carrier="",
        tracking="",
        actor="member:1",
    )


@pytest.mark.both_engines
async def test_whoever_presses_twice_reads_of_the_order_that_was_placed(
    client: TestClientProtocol,
) -> None:
    """The second answer is what a browser shows, and so is what Back and Send again bring."""
    browser = Browser(client)
    vendor = await make_ready_vendor(slug="lux", name="Lux", country="LU")
    html = await _filled(browser, vendor, by_vendor=False)
    await _press(browser, html)
    again = await _press(browser, html)
    assert again.status_code == 303
    assert "/shop/order-confirmation" in again.location
    assert "there is nothing to pay" in await browser.get(again.location)
    assert await Checkout.all().count() == 1
    assert "Your basket is empty" in words(
        await browser.get((await browser.client.get(HERE)).location)
    )


async def test_its_shopper_cancels_it_before_it_is_sent(
    client: TestClientProtocol,
) -> None:
    """Its pieces are in stock again, both sides have a mail, and nobody reads of money."""
    order = await _placed(client)
    stock = (await Product.get(slug="cup")).stock
    browser, page = Browser(client), await _page(order)
    assert "Cancel the order" in await browser.get(page)
    asked = words(await browser.get(f"{page}/{order.number}/cancel"))
    assert "It cost you nothing, so nothing is paid back." in asked
    answer = await browser.post(f"{page}/{order.number}/cancel")
    assert answer.status_code == 303, await text_of(answer)

    order = await Order.get()
    assert (order.status, order.payment_status) == ("cancelled", "refunded")
    assert (await Product.get(slug="cup")).stock == stock + 2
    told = words(await browser.get(answer.location))
    assert "is cancelled." in told
    assert "Cancelled" in told
    assert not [said for said in MONEY_BACK if said in told]
    kinds = {mail.kind for mail in await Email.all()}
    assert {"order_called_off", "order_not_to_send"} <= kinds
    assert "refunded" not in kinds


async def test_its_shopper_withdraws_from_it_and_has_no_money_to_ask_for(
    client: TestClientProtocol,
) -> None:
    """After it was sent, as the law has it; the receipt promises no money."""
    order = await _placed(client)
    await _send(order)
    browser, page = Browser(client), await _page(order)
    shown = await browser.get(page)
    assert "Withdraw from contract here" in shown
    assert "Something is wrong with it" not in shown
    below = f"{page}/{order.number}/return"
    refused = await browser.post(f"{below}/refund", {"reason": "damaged"})
    assert refused.status_code == 409
    form = words(await browser.get(f"{below}/withdrawal"))
    assert "You paid nothing for them, so nothing is paid back." in form
    answer = await browser.post(f"{below}/withdrawal")
    assert answer.status_code == 303, await text_of(answer)

    assert (await ReturnRequest.get()).kind == "withdrawal"
    receipt = await Email.get(kind="return_received")
    assert "nothing is paid back" in receipt.text
    assert "You get your money back" not in receipt.text
    told = await Email.get(kind="return_asked")
    assert "nothing is to be paid back" in told.text


async def test_its_vendor_takes_it_back_as_a_whole(client: TestClientProtocol) -> None:
    """What was not paid cannot be told apart by pieces; the page offers no amount and no pieces."""
    portal, order = await _sold_by(client)
    line = await OrderLine.get(order_id=order.id)
    here = f"/vendor/admin/orders/{order.number}"
    form = await portal.get(f"{here}/refunds")
    assert 'value="whole"' in form
    assert 'value="lines"' not in form
    assert 'value="amount"' not in form
    wish = {"reason": "requested_by_customer", "note": "", "seen": "0"}
    piece = {**wish, "reach": "lines", f"quantity_{line.id}": "1"}
    refused = await portal.post(f"{here}/refunds", piece)
    assert refused.status_code == 422
    assert "it is taken back as a whole" in words(await text_of(refused))
    done = await portal.post(f"{here}/refunds", {**wish, "reach": "whole"})
    assert done.status_code == 303, await text_of(done)

    page = words(await portal.get(here))
    assert "Taken back A code had paid for all of it, so no money went back." in page
    assert not [said for said in MONEY_BACK if said in page]
    shopper = words(await Browser(client).get(await _page(order)))
    assert "Closed, nothing to pay back" in shopper
    assert not [said for said in MONEY_BACK if said in shopper]


async def test_a_vendors_own_gift_moved_no_money_and_is_not_waited_for(
    client: TestClientProtocol,
) -> None:
    """The vendor and the staff read so; nobody owes anything."""
    portal, order = await _sold_by(client, by_vendor=True)
    page = words(await portal.get(f"/vendor/admin/orders/{order.number}"))
    assert "Your own code took all of the price off: no money moved." in page
    assert "card fees included" not in page
    staff: Portal = await operator_in(client)
    page = words(await staff.get(f"/operator/orders/{order.number}"))
    assert "The vendor’s own code took all of the price off: no money moved." in page
    assert "owes" not in page
