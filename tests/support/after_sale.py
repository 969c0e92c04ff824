"""An order after the sale: its page, what its vendor does, the mails about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.infra.mail.models import Email
from shared.trade.orders import delivery, shipping
from shared.trade.orders.models import Order, OrderLine
from shared.trade.people.models import Member
from tests.support.app import link_of
from tests.support.factories import make_order
from tests.support.portal import Portal, sign_in
from tests.support.refunds import Sold

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


WRONG = {"reason": "damaged", "note": "It has a crack."}


async def below(order: Order) -> str:
    """The address below which everything about an order is done."""
    return f"{await page_of(order)}/{order.number}"


async def page_of(order: Order) -> str:
    """The order's page, as its mails name it."""
    return f"/shop/orders/{link_of((await order.checkout).token)}"


async def paid(quantity: int = 1) -> Order:
    """A paid order of so many pieces of one thing, nowhere but here."""
    order = await make_order(
        status="processing", payment_status="paid", stock_state="taken"
    )
    lines = OrderLine.filter(order_id=order.id)
    await lines.update(quantity=quantity)
    return order


async def send(order: Order) -> None:
    """The vendor sends it."""
    await shipping.mark_as_shipped(
        vendor_id=order.vendor_id,
        number=order.number,
        carrier="DHL",
        tracking="00340434161094000000",
        actor="member:1",
    )


async def arrive(order: Order) -> None:
    """The vendor says that it arrived."""
    await delivery.mark_as_delivered(
        vendor_id=order.vendor_id, number=order.number, actor="member:1"
    )


async def mails(kind: str) -> list[Email]:
    """The mails of a kind."""
    return await Email.filter(kind=kind).order_by("id")


async def shop_of(client: TestClientProtocol, sale: Sold) -> Portal:
    """The browser of the shop that sold something."""
    member = await Member.get(id=sale.shop.member_id)
    await sign_in(client, member.email)
    return Portal(client, sale.shop.vendor_id)
