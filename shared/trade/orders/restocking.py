"""The pieces of an order that are in stock again, and how they come out of it when the order is
to be sent after all.

A refund puts pieces back into stock. Where it does not arrive, or an appeal brings the money
back, they belong to the order again: what nobody holds is set aside at once, what was sold
meanwhile is missing until the stock has it again. All in the caller's transaction, with the order's
row locked; each piece is moved once, because the count stands in the order's line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tortoise.expressions import F

from shared.core import clock
from shared.core.frozen import frozen
from shared.trade.catalogue import stock
from shared.trade.catalogue.errors import StockBooksDiffer
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.remaining_money import missing
from shared.trade.orders.rules import OrderStatus, StockState


@frozen
class Short:
    """So many pieces of a line that belong to an order and are not in stock."""

    name: str
    quantity: int

    @property
    def text(self) -> str:
        """`2 × Belt`"""
        return f"{self.quantity} × {self.name}"


async def put_in_stock(order: Order, pieces: Mapping[int, int]) -> None:
    """Put pieces of an order's lines (by line id) into stock: no more than refunds speak
    for, and each once.
    """
    if order.stock_state != StockState.TAKEN:
        return
    lines = await OrderLine.filter(
        order_id=order.id,
        id__in=list(pieces),
    ).order_by("product_id")
    await _back(
        [
            (
                line,
                min(pieces[line.id], line.refunded_quantity - line.restocked_quantity),
            )
            for line in lines
        ]
    )


async def put_all_in_stock(order: Order) -> int:
    """Put everything of an order that will not be sent into stock; how many pieces were put
    there.
    """
    if order.stock_state != StockState.TAKEN:
        return 0
    lines = await OrderLine.filter(order_id=order.id).order_by("product_id")
    return await _back(
        [(line, line.quantity - line.restocked_quantity) for line in lines]
    )


async def _back(moves: Iterable[tuple[OrderLine, int]]) -> int:
    moves = [(line, quantity) for line, quantity in moves if quantity > 0]
    for line, quantity in moves:
        await _count(line, quantity)
    if moves:
        await stock.put_back([(line.product_id, quantity) for line, quantity in moves])
    return sum(quantity for _, quantity in moves)


async def set_aside(order: Order) -> tuple[Short, ...]:
    """Take out of stock what belongs to a paid order that waits to be sent; what is not there is
    answered.
    """
    if order.stock_state != StockState.TAKEN or order.status != OrderStatus.PROCESSING:
        return ()
    wanted = await _missing(order.id)
    if not wanted:
        return ()
    there = await stock.take_free([(line.product_id, n) for line, n in wanted])
    short = []
    for line, n in wanted:
        taken = min(n, there.get(line.product_id, 0))
        there[line.product_id] = there.get(line.product_id, 0) - taken
        if taken:
            await _count(line, -taken)
        if n > taken:
            short.append(Short(line.full_name, n - taken))
    return tuple(short)


async def short_of(order_id: int) -> tuple[Short, ...]:
    """What `set_aside` would find missing just now, for a page: nothing is moved."""
    wanted = await _missing(order_id)
    if not wanted:
        return ()
    products = await Product.filter(id__in=[line.product_id for line, _ in wanted])
    free = {
        product.id: max(product.stock - product.reserved, 0) for product in products
    }
    short = []
    for line, n in wanted:
        there = min(n, free[line.product_id])
        free[line.product_id] -= there
        if n > there:
            short.append(Short(line.full_name, n - there))
    return tuple(short)


def missing_of(line: OrderLine) -> int:
    """How many pieces of a line the stock has, or sold, that belong to the order again."""
    return missing(
        quantity=line.quantity,
        refunded=line.refunded_quantity,
        restocked=line.restocked_quantity,
    )


async def _missing(order_id: int) -> list[tuple[OrderLine, int]]:
    """The lines of which pieces are missing, and how many."""
    lines = [(line, missing_of(line)) for line in await _lines(order_id)]
    return [(line, pieces) for line, pieces in lines if pieces]


async def _lines(order_id: int) -> list[OrderLine]:
    return await OrderLine.filter(order_id=order_id).order_by("id")


async def _count(line: OrderLine, pieces: int) -> None:
    """Note that so many more pieces of a line are in stock; guarded, for the engine that locks
    no rows.
    """
    moved = await OrderLine.filter(
        id=line.id,
        restocked_quantity=line.restocked_quantity,
    ).update(
        restocked_quantity=F("restocked_quantity") + pieces,
        updated_at=clock.now(),
    )
    if not moved:
        raise StockBooksDiffer(f"line {line.id} was moved by somebody else")


def has_left_stock(order: Order, lines: Iterable[OrderLine]) -> bool:
    """Whether pieces of it left the stock and do not stand there again."""
    if order.stock_state != StockState.TAKEN:
        return False
    return any(line.restocked_quantity < line.quantity for line in lines)
