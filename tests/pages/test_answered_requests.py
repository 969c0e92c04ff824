"""What both sides read of a request for money back that was answered with less than was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.finance.refunds.models import Refund
from shared.trade.orders.models import OrderLine
from shared.trade.returns.models import ReturnRequest
from tests.support.after_sale import WRONG, below, page_of, send, shop_of
from tests.support.refunds import sold
from tests.support.storefront import Browser, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.portal import Portal
    from tests.support.sandbox import RunningSandbox


async def test_a_smaller_refund_says_how_much_it_is(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The refund that answered it, not the one before or the one after."""
    sale = await sold(gateway, sandbox, quantity=2)
    await send(sale.order)
    address = f"/vendor/admin/orders/{sale.order.number}"
    portal = await shop_of(client, sale)
    await _give(portal, address, "5.00")

    browser, here = Browser(client), await below(sale.order)
    line = await OrderLine.get(order_id=sale.order.id)
    await browser.get(f"{here}/return/refund")
    await browser.post(f"{here}/return/refund", {**WRONG, f"quantity_{line.id}": "1"})
    asked = await ReturnRequest.get()
    assert "gives back" not in words(await browser.get(await page_of(sale.order)))

    await _give(portal, address, "15.00", answers=str(asked.id))
    await _give(portal, address, "3.00")

    told = words(await browser.get(await page_of(sale.order)))
    shop = (await sale.order.vendor).name
    assert f"{shop} gives back €15.00 for it." in told
    assert told.count("gives back") == 1
    mine = words(await portal.get(address))
    assert "You answered with a refund of €15.00." in mine
    assert mine.count("You answered with") == 1


async def _give(
    portal: Portal,
    address: str,
    amount: str,
    **more: str,
) -> None:
    """The vendor gives so much back."""
    seen = str(await Refund.all().count())
    form = {
        "reach": "amount",
        "amount": amount,
        "reason": "requested_by_customer",
        "note": "",
        "seen": seen,
        **more,
    }
    answer = await portal.post(f"{address}/refunds", form)
    assert answer.status_code == 303, await text_of(answer)
