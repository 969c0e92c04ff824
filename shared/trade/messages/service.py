"""Writing about an order: the shopper to its vendor, and back.

The other side gets a mail with the text and where to answer, and nobody's address. The order is
locked, so what is counted is true.
"""

from __future__ import annotations

from shared.infra import unit
from shared.infra.unit import Act, Transaction
from shared.trade.messages.errors import ShopperGone
from shared.trade.messages.models import OrderMessage
from shared.trade.messages.rules import MOST_IN_A_ROW, may_write, tidy_text
from shared.trade.orders.models import Order
from shared.trade.orders.order_mails import mails_of
from shared.trade.people.rules import is_no_address


async def ask_the_shop(*, order_id: int, text: str, by: str) -> None:
    """The shopper of an order writes to its vendor. Raises NothingWritten, TooManyMessages."""
    told = tidy_text(text)
    async with unit.transaction() as tx:
        order = await tx.lock(Order, id=order_id)
        message = await _write(tx, order, told, by=by, is_from_shopper=True)
        mails = await mails_of(tx, order)
        mails.to_vendor("message_to_shop", key=f"message:{message.id}", text=told)


async def answer_the_shopper(
    *,
    vendor_id: int,
    number: str,
    text: str,
    by: str,
) -> None:
    """The vendor writes to the shopper of one of its orders.

    Raises NotFound, NothingWritten, TooManyMessages, ShopperGone.
    """
    told = tidy_text(text)
    async with unit.transaction() as tx:
        order = await tx.lock(Order, vendor_id=vendor_id, number=number)
        mails = await mails_of(tx, order)
        if is_no_address(mails.checkout.email):
            raise ShopperGone
        message = await _write(tx, order, told, by=by, is_from_shopper=False)
        mails.to_shopper("message_from_shop", key=f"message:{message.id}", text=told)


async def let_rest(*, vendor_id: int, number: str) -> None:
    """The vendor has read what its shopper wrote last, and it needs no answer. Raises NotFound."""
    async with unit.transaction() as tx:
        order = await tx.lock(Order, vendor_id=vendor_id, number=number)
        await tx.change(order, message_waits=False)


async def _write(
    tx: Transaction,
    order: Order,
    text: str,
    *,
    by: str,
    is_from_shopper: bool,
) -> OrderMessage:
    newest = OrderMessage.filter(order_id=order.id).order_by("-id")
    sides = await newest.limit(MOST_IN_A_ROW).values_list("is_from_shopper", flat=True)
    may_write(sum(side is is_from_shopper for side in map(bool, sides)))
    await tx.change(order, message_waits=is_from_shopper)
    return await tx.create(
        OrderMessage,
        act=Act("order.message_written", by),
        order_id=order.id,
        vendor_id=order.vendor_id,
        is_from_shopper=is_from_shopper,
        author=by[:60],
        text=text,
    )
