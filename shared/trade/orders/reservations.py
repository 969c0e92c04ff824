"""When the pieces of an order are set aside, and when they are let go again (decision 14).

With plenty in stock an order holds its pieces when it is placed. Otherwise, and for who holds
enough already, it is placed all the same, and Pay sets them aside for the moments in which a card
is confirmed. Everything here runs inside the caller's transaction, with checkout and order locked;
that nothing is oversold is what `catalogue.stock` guards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from tortoise.expressions import F
from tortoise.functions import Count, Max, Sum
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.infra.unit import Act, Transaction
from shared.trade.catalogue import stock
from shared.trade.catalogue.errors import SoldOut
from shared.trade.catalogue.models import Product
from shared.trade.orders.events import PiecesHeld
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.rules import MAY_HOLD, PaymentStatus, StockState
from shared.trade.orders.statements import purchases_that_hold

# unpaid purchases of one network that hold pieces; a household orders in fewer tabs than that
PURCHASES_PER_NETWORK = 3
PAY_HOLD = timedelta(
    minutes=2
)  # from the press of Pay until Stripe has heard of the card
BANK_HOLD = timedelta(minutes=10)  # while the shopper answers its bank
COUNTED_FOR = timedelta(hours=1)
# Holds that were let go without a try to pay, in an hour: beyond that Pay only looks whether the
# pieces are there.
WASTED_PER_ORDER = 3
WASTED_PER_NETWORK = 6
WASTED_PER_PRODUCT = 6
PAYING_PER_NETWORK = 5  # at the same moment


async def at_order(
    tx: Transaction,
    items: Sequence[tuple[int, int]],
    products: Mapping[int, Product],
    *,
    network: str,
) -> StockState:
    """Set the pieces of a new order aside if there is plenty and its network holds few.

    `products` are its products, locked. Raises SoldOut.
    """
    if network and await purchases_that_hold(network) >= PURCHASES_PER_NETWORK:
        await stock.must_be_there(items, products)
        return StockState.AT_PAYMENT
    is_held = stock.reserve_in_plenty(tx, items, products)
    return StockState.RESERVED if is_held else StockState.AT_PAYMENT


async def at_payment(
    tx: Transaction,
    order: Order,
    *,
    network: str,
) -> bool:
    """Pay was pressed: set the pieces aside, or keep what is set aside.

    False: they are there, and are not set aside.

    Raises SoldOut when they are not there.
    """
    if order.stock_state == StockState.RESERVED:
        if order.held_until is not None:
            await _hold_until(order, clock.now() + PAY_HOLD)
        return True
    items = await items_of(order.id)
    if await _wastes_holds(order, network):
        await stock.must_be_there(items)
        return False
    await _set_aside(tx, order, items)
    return True


async def _set_aside(
    tx: Transaction,
    order: Order,
    items: stock.Items,
) -> None:
    """Raises SoldOut, and sets nothing aside, when one of them is not there."""
    await stock.reserve(items)
    now = clock.now()
    await tx.move(
        order,
        to=StockState.RESERVED,
        state="stock_state",
        where={"stock_state": StockState.AT_PAYMENT},
        held_at=now,
        held_until=now + PAY_HOLD,
    )
    tx.emit(PiecesHeld(order.id, now + PAY_HOLD))


async def wait_for_money(tx: Transaction, order: Order) -> None:
    """The money is on its way, which may take days: what Pay did not set aside is set aside now.
    What is gone already leaves the order as it is.
    """
    if order.stock_state == StockState.AT_PAYMENT:
        with suppress(SoldOut):
            await _set_aside(tx, order, await items_of(order.id))


async def wait_for_bank(order: Order) -> None:
    """The shopper's bank asks it something: what Pay set aside stays so meanwhile."""
    if is_held_by_pay(order):
        await _hold_until(order, clock.now() + BANK_HOLD)


async def let_go(
    tx: Transaction,
    order: Order,
    *,
    wasted: bool,
) -> bool:
    """Let go what Pay set aside; `wasted`: nobody tried to pay.

    False when there is nothing of the kind.
    """
    if not is_held_by_pay(order):
        return False
    moved = await tx.move(
        order,
        to=StockState.AT_PAYMENT,
        state="stock_state",
        where={"payment_status__in": list(MAY_HOLD)},
        act=Act("order.pieces_let_go"),
        wasted_holds=F("wasted_holds") + int(wasted),
    )
    if moved:
        await stock.release(await items_of(order.id))
    return moved


def is_held_by_pay(order: Order) -> bool:
    """Whether its pieces are set aside since Pay was pressed, rather than since it was placed."""
    return order.stock_state == StockState.RESERVED and order.held_until is not None


async def items_of(order_id: int) -> list[tuple[int, int]]:
    """(product id, quantity) of an order's lines."""
    rows = (
        await OrderLine.filter(order_id=order_id)
        .order_by("product_id")
        .values_list("product_id", "quantity")
    )
    return [(int(product), int(quantity)) for product, quantity in rows]


async def lock_pieces(orders: Sequence[Order]) -> None:
    """Lock the products of several orders of one purchase by their ids, before its orders move
    stock one after the other: else two purchases could wait for each other in a circle.
    """
    if len(orders) < 2:
        return
    lines = OrderLine.filter(order__checkout_id=orders[0].checkout_id)
    rows = await lines.values_list("product_id", "quantity")
    await stock.locked({int(product): int(quantity) for product, quantity in rows})


async def what_is_missing(checkout_id: int) -> str | None:
    """Why a purchase of which an order holds nothing cannot be paid just now: the sentence of what
    is sold out, or not sold like that any more; None when all is there.
    """
    lines = OrderLine.filter(
        order__checkout_id=checkout_id, order__stock_state=StockState.AT_PAYMENT
    ).order_by("id")
    for line in await lines.select_related("product"):
        problem = stock.lacking(line.product, line.quantity, name=line.full_name)
        if problem is not None:
            return problem.message
    return None


async def _hold_until(order: Order, until: datetime) -> None:
    """Prolong what Pay set aside; the job that lets go looks at the row when it comes."""
    later = Order.filter(
        id=order.id,
        stock_state=StockState.RESERVED,
        held_until__lt=until,
    )
    await later.update(held_until=until, updated_at=clock.now())


async def _wastes_holds(order: Order, network: str) -> bool:
    if order.wasted_holds >= WASTED_PER_ORDER:
        return True
    recent = Order.filter(
        held_at__gte=clock.now() - COUNTED_FOR, payment_status__not=PaymentStatus.PAID
    )
    if network:
        mine = recent.filter(checkout__network=network)
        if await _wasted(mine) >= WASTED_PER_NETWORK:
            return True
        others = mine.exclude(checkout_id=order.checkout_id)
        if await _paying(others) >= PAYING_PER_NETWORK:
            return True
    return await _most_wasted_of(order.id) >= WASTED_PER_PRODUCT


async def _wasted(orders: QuerySet[Order]) -> int:
    """How many holds were wasted; a purchase's orders are held and let go together."""
    rows = await (
        orders.annotate(most=Max("wasted_holds"))
        .group_by("checkout_id")
        .values("checkout_id", "most")
    )
    return sum(int(row["most"]) for row in rows)


async def _paying(orders: QuerySet[Order]) -> int:
    """How many purchases hold pieces."""
    holding = orders.filter(stock_state=StockState.RESERVED)
    purchases = Count("checkout_id", distinct=True)
    rows = await holding.annotate(number=purchases).values("number")
    return int(rows[0]["number"]) if rows else 0


async def _most_wasted_of(order_id: int) -> int:
    """Of the products of an order: how many holds were wasted on the one of which most were."""
    products = [product_id for product_id, _ in await items_of(order_id)]
    recent = OrderLine.filter(
        product_id__in=products, order__held_at__gte=clock.now() - COUNTED_FOR
    )
    rows = await (
        recent.exclude(order__payment_status=PaymentStatus.PAID)
        .annotate(sum=Sum("order__wasted_holds"))
        .group_by("product_id")
        .values("product_id", "sum")
    )
    return max(
        (int(row["sum"]) for row in rows),
        default=0,
    )
