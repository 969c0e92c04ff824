"""Read models of many orders: a vendor's list and figures.

Constant numbers of queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pypika_tortoise.terms import Function as SqlFunction
from pypika_tortoise.terms import Term
from tortoise.expressions import F, Function, Q
from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from shared.core.folding import words
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.infra.database.counting import count_each
from shared.infra.database.paging import Paged, Window, window_of
from shared.infra.database.raw_sql import Record, moment_in
from shared.infra.database.searching import matching
from shared.trade.orders import statements
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import OrderMoney, Shipping, shipping
from shared.trade.orders.rules import UNPAID, OrderStatus, PaymentStatus
from shared.trade.shipping.rules import MethodKind

PAGE_SIZE = 25
MAX_NUMBER = 20

# The chips above a vendor's orders: name -> what they let through. Paid, and something of it is
# left: orders.money.OrderMoney says the same of one order (a test compares them).
_LEFT = Q(refunded_amount__lt=F("total_amount_cents") - F("lost_amount"))
_MONEY_LEFT = Q(
    _LEFT | Q(total_amount_cents=0),
    payment_status=PaymentStatus.PAID,
    disputed_amount=0,
)
FILTERS: Mapping[str, Q] = {
    # READY: somebody waits for it.
    "to_ship": Q(_MONEY_LEFT, status=OrderStatus.PROCESSING),
    "to_answer": Q(message_waits=True) | Q(return_waits=True),
    "shipped": Q(status__in=[OrderStatus.SHIPPED, OrderStatus.DELIVERED]),
    "unpaid": Q(payment_status__in=UNPAID),
    "refunded": Q(refunded_amount__gt=0),
    "disputed": Q(disputed_amount__gt=0) | Q(lost_amount__gt=0),
    "cancelled": Q(status=OrderStatus.CANCELLED),
}


@frozen
class OrderRow:
    """One line of a list of orders."""

    number: str
    placed_at: datetime
    customer_name: str
    total: Money
    money: OrderMoney
    status: OrderStatus
    payment_status: PaymentStatus
    items: int
    is_pickup: bool = False

    @property
    def shipping(self) -> Shipping:
        return shipping(
            self.status,
            self.money,
        )


@frozen(kw_only=True)
class OrderPage(Paged):
    """A page of a vendor's orders and how many there are behind each chip (`all` and the names of
    FILTERS).
    """

    rows: tuple[OrderRow, ...]
    counts: Mapping[str, int]


async def order_id_of(number: str) -> int:
    """The id of an order by its number, whoever's it is: for the operator. Raises NotFound."""
    sane = len(number) <= MAX_NUMBER and number.isascii() and number.isprintable()
    order = await Order.get_or_none(number=number) if sane else None
    if order is None:
        raise OrderNotFound
    return int(order.id)


async def vendor_orders(
    vendor_id: int,
    *,
    page: int = 1,
    status: str | None = None,
    search: str | None = None,
) -> OrderPage:
    """A page of this vendor's orders, newest first. `status` is a name of FILTERS.

    `search`: each of its words stands in the number (its hyphens do not count), the shopper's name
    or the email.
    """
    base = Order.filter(vendor_id=vendor_id)
    wanted = status if status is not None and status in FILTERS else "all"
    if search:
        return await _found(
            base,
            search,
            wanted,
            page,
        )
    counts = await statements.counts_of(vendor_id)
    chosen = base.filter(FILTERS[wanted]) if wanted != "all" else base
    shown = await window_of(
        chosen,
        page=page,
        size=PAGE_SIZE,
        counted=counts[wanted],
    )
    rows = await statements.list_of(
        vendor_id,
        wanted,
        limit=shown.limit,
        offset=shown.offset,
    )
    return _page(
        map(listed, rows),
        shown,
        counts,
    )


async def _found(
    base: QuerySet[Order],
    search: str,
    wanted: str,
    page: int,
) -> OrderPage:
    """A page of those that a search finds."""
    base = base.annotate(bare=_Replace("number", "-", "")).filter(_searched(search))
    lists = {name: base.filter(chip) for name, chip in FILTERS.items()}
    lists["all"] = base
    counts = await count_each(lists)
    chosen = lists[wanted]
    shown = await window_of(
        chosen,
        page=page,
        size=PAGE_SIZE,
        counted=counts[wanted],
    )
    orders = (
        await chosen.order_by("-id")
        .offset(shown.offset)
        .limit(shown.limit)
        .select_related("checkout")
    )
    return _page(
        await _rows(orders),
        shown,
        counts,
    )


def _page(
    rows: Iterable[OrderRow],
    shown: Window,
    counts: Mapping[str, int],
) -> OrderPage:
    return OrderPage(
        rows=tuple(rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        counts=counts,
    )


def listed(record: Record) -> OrderRow:
    """An order as `statements.listed` reads it."""
    placed_at = moment_in(record["created_at"])
    assert placed_at is not None
    status = PaymentStatus(record["payment_status"])
    money = OrderMoney(
        payment_status=status,
        total=record["total_amount_cents"],
        refunded=record["refunded_amount"],
        returned=record["returned_amount"],
        disputed=record["disputed_amount"],
        lost=record["lost_amount"],
    )
    return OrderRow(
        number=record["number"],
        placed_at=placed_at,
        customer_name=record["full_name"],
        total=Money(money.total, record["currency"]),
        money=money,
        status=OrderStatus(record["status"]),
        payment_status=status,
        items=int(record["items"] or 0),
        is_pickup=record["shipping_kind"] == MethodKind.PICKUP,
    )


class _ReplaceSql(SqlFunction):
    def __init__(self, column: Term, old: str, new: str) -> None:
        super().__init__(
            "REPLACE",
            column,
            old,
            new,
        )


class _Replace(Function):
    """`replace(column, from, to)`, known to both engines."""

    database_func = _ReplaceSql


def _searched(search: str) -> Q:
    wanted = words(search)
    if not wanted:
        return matching(search)
    return Q(
        *(
            Q(bare__contains=word.upper()) | matching(word, "checkout__search")
            for word in wanted
        )
    )


async def _rows(orders: Sequence[Order]) -> tuple[OrderRow, ...]:
    found = await (
        OrderLine.filter(order_id__in=[order.id for order in orders])
        .annotate(items=Sum("quantity"))
        .group_by("order_id")
        .values("order_id", "items")
    )
    items = {row["order_id"]: int(row["items"]) for row in found}
    return tuple(
        OrderRow(
            number=order.number,
            placed_at=order.created_at,
            customer_name=order.checkout.full_name,
            total=Money(order.total_amount_cents, order.currency),
            money=money_of(order),
            status=OrderStatus(order.status),
            payment_status=PaymentStatus(order.payment_status),
            items=items.get(order.id, 0),
            is_pickup=order.is_pickup,
        )
        for order in orders
    )


async def count_to_ship(vendor_id: int) -> int:
    """How many paid orders of this vendor wait to be sent."""
    return await Order.filter(FILTERS["to_ship"], vendor_id=vendor_id).count()
