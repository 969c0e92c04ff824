"""What shoppers write and ask stands on the vendor's first page until it is answered."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection

from shared.core import clock
from shared.trade.messages.service import ask_the_shop
from shared.trade.orders.models import Order
from shared.trade.returns.models import ReturnRequest
from shared.trade.returns.rules import ReturnKind, ReturnReason
from shared.trade.returns.service import WantedReturn, ask, decline, take_back
from tests.support.factories import make_order, make_product
from tests.support.portal import Portal, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.both_engines
HOME, LIST = "/vendor/admin", "/vendor/admin/orders?status=to_answer"


async def sent_orders(portal: Portal, number: int) -> list[Order]:
    """Orders that were paid and sent, of the vendor who is signed in."""
    vendor = await portal.vendor()
    product = await make_product(vendor)
    return [
        await make_order(
            vendor,
            product,
            status="shipped",
            payment_status="paid",
            shipped_at=clock.now(),
        )
        for _ in range(number)
    ]


async def ask_back(order: Order) -> int:
    """Its shopper asks for the money back."""
    wanted = WantedReturn(ReturnKind.REFUND, ReturnReason.DAMAGED, "", {})
    return await ask(order_id=order.id, wanted=wanted, by="shopper")


async def waiting(portal: Portal) -> set[str]:
    """The numbers of the orders behind the chip."""
    return set(re.findall(r"MH-\w{4}-\w{4}", await portal.get(LIST)))


async def test_each_waits_until_it_is_answered(client: TestClientProtocol) -> None:
    """A message until an answer or until it needs none, a request until it is decided or taken
    back; the first page and the navigation count orders.
    """
    portal = await signed_in(client)
    orders = await sent_orders(portal, 4)
    assert "wrote to you" not in words(await portal.get(HOME))
    written, read, declined, dropped = orders
    for order in (written, read, declined):
        await ask_the_shop(order_id=order.id, text="Hello?", by="shopper")
    request_id = await ask_back(declined)
    await ask_back(dropped)
    home = words(await portal.get(HOME))
    assert "4 shoppers wrote to you or ask for money back." in home
    assert "waiting for you: 4" in home
    assert await waiting(portal) == {order.number for order in orders}

    page = f"/vendor/admin/orders/{read.number}"
    assert "It needs no answer" in await portal.get(page)
    assert (await portal.post(f"{page}/messages/read", {})).status_code == 303
    assert "It needs no answer" not in await portal.get(page)
    there = f"/vendor/admin/orders/{written.number}/messages"
    assert (await portal.post(there, {"text": "Yes."})).status_code == 303
    await decline(
        vendor_id=declined.vendor_id,
        number=declined.number,
        request_id=request_id,
        answer="It was whole.",
        by="member:1",
    )
    assert await waiting(portal) == {declined.number, dropped.number}
    await take_back(order_id=dropped.id, by="shopper")
    assert await waiting(portal) == {declined.number}
    assert "A shopper wrote to you" in words(await portal.get(HOME))


async def test_another_request_in_place_of_one_still_waits(
    client: TestClientProtocol,
) -> None:
    """A withdrawal takes the place of what was asked before."""
    portal = await signed_in(client)
    (order,) = await sent_orders(portal, 1)
    await ask_back(order)
    withdrawal = WantedReturn(ReturnKind.WITHDRAWAL, ReturnReason.NONE, "", {})
    await ask(order_id=order.id, wanted=withdrawal, by="shopper")
    assert await ReturnRequest.filter(order_id=order.id).count() == 2
    assert await waiting(portal) == {order.number}


async def test_what_waited_before_the_columns_came_waits_on(
    client: TestClientProtocol,
) -> None:
    """The migration reads it from messages and requests."""
    portal = await signed_in(client)
    written, answered, asked, _none = await sent_orders(portal, 4)
    for order in (written, answered):
        await ask_the_shop(order_id=order.id, text="Hello?", by="shopper")
    there = f"/vendor/admin/orders/{answered.number}/messages"
    await portal.post(there, {"text": "Yes."})
    await ask_back(asked)
    await Order.all().update(message_waits=False, return_waits=False)
    migration: Any = import_module(
        "shared.infra.database.migrations.0077_waiting_shoppers"
    )
    await get_connection("default").execute_script(migration.FILL)
    assert await waiting(portal) == {written.number, asked.number}
