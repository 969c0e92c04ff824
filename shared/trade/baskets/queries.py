"""What is in a basket, and what stands in the way of buying it.

One query, however many lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import cast

from tortoise.functions import Sum

from shared.core.frozen import frozen
from shared.core.ids import digest
from shared.core.money import Money
from shared.core.words import word
from shared.infra.database.raw_sql import Record, row_of
from shared.trade.baskets import statements
from shared.trade.baskets.models import Basket
from shared.trade.baskets.rules import Problem, line_problem, vendor_problem
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.product_views import (
    ProductView,
    product_view,
)
from shared.trade.shipping.queries import plan_in
from shared.trade.shipping.rules import Parcel, ShippingPlan
from shared.trade.vendors import closures
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import VendorView, view_in

_PROBLEMS = "baskets.problems"


@frozen
class BasketLineView:
    """One product in the basket at today's price.

    `available` counts what this basket's own open order holds as free.
    """

    product: ProductView
    quantity: int
    seen: Money
    line_total: Money
    available: int
    problem: str | None

    @property
    def price_changed(self) -> bool:
        return self.seen != self.product.price


@frozen
class BasketView:
    """A basket as it stands.

    `total` is None when it is empty (or, by accident of a vendor's change, in two currencies).
    """

    id: int | None
    vendor: VendorView | None
    lines: tuple[BasketLineView, ...]
    total: Money | None
    count: int
    problems: tuple[str, ...]
    can_check_out: bool
    shipping: ShippingPlan | None = None  # None: its vendor has set nothing

    def parcel_to(self, country: str) -> Parcel | None:
        """What its vendor would send there; None while nothing can be bought."""
        if self.total is None:
            return None
        grams = sum(line.product.weight_grams * line.quantity for line in self.lines)
        return Parcel(country, self.total, grams)

    @property
    def wants_phone(self) -> bool:
        """Whether its vendor asks for a number that the carrier can call."""
        return self.shipping is not None and self.shipping.asks_phone

    @property
    def price_changed(self) -> bool:
        """Whether agreeing to today's prices would mend something."""
        return any(line.price_changed for line in self.lines)


NOTHING = BasketView(
    id=None,
    vendor=None,
    lines=(),
    total=None,
    count=0,
    problems=(),
    can_check_out=False,
)


async def count_items(token: str | None) -> int:
    """How many things are in the basket: one cheap query for the number in the page's head, none
    without a basket.
    """
    return await statements.count_of(digest(token)) if token else 0


async def get_basket(
    token: str | None,
    *,
    write: Callable[[Money], str] = str,
) -> BasketView:
    """The basket behind this token; an empty one for no token or an unknown one.

    `write` words amounts in sentences.
    """
    found = await statements.lines_of(digest(token)) if token else []
    if not found:
        return NOTHING
    lines = tuple(line_in(record, write=write) for record in found)
    first = found[0]
    plan = plan_in(first)
    return basket_view(first["l.basket_id"], view_in(first), lines, plan)


def basket_view(
    basket_id: int,
    vendor: VendorView,
    lines: tuple[BasketLineView, ...],
    shipping: ShippingPlan | None,
) -> BasketView:
    """A basket of these lines, of which there is one at least."""
    is_payable = _is_in_one_currency(lines)
    problems = tuple(_problems(vendor, lines))
    return BasketView(
        id=basket_id,
        vendor=vendor,
        lines=lines,
        total=_sum(line.line_total for line in lines) if is_payable else None,
        count=sum(line.quantity for line in lines),
        problems=problems,
        can_check_out=not problems,
        shipping=shipping,
    )


def _is_in_one_currency(lines: Iterable[BasketLineView]) -> bool:
    return len({line.line_total.currency for line in lines}) == 1


def _problems(vendor: VendorView, lines: Sequence[BasketLineView]) -> Iterator[str]:
    """What stands in the way of buying these lines: the shop's trouble first."""
    shut = vendor_problem(
        is_open=vendor.is_open,
        accepts_payments=vendor.accepts_payments,
    )
    if shut:
        closed = closures.sentence(vendor.name, vendor.closed_until)
        yield word(_PROBLEMS, shut, shop=vendor.name, closed=closed)
    yield from (line.problem for line in lines if line.problem)
    if not _is_in_one_currency(lines):
        yield word(_PROBLEMS, Problem.CURRENCIES)


async def reserved_by(basket_id: int) -> Mapping[int, int]:
    """Product id -> how many of it this basket's own open order holds; of a product with options
    as of each variant.

    Asked by relation: orders stand above baskets.
    """
    rows = await (
        Product.filter(
            order_lines__order__stock_state="reserved",
            order_lines__order__checkout__status="open",
            order_lines__order__checkout__basket_id=basket_id,
        )
        .annotate(held=Sum("order_lines__quantity"))
        .group_by("id", "parent_id")
        .values("id", "parent_id", "held")
    )
    held: Counter[int] = Counter()
    for row in rows:
        held[int(row["id"])] += int(row["held"])
        if row["parent_id"] is not None:
            held[int(row["parent_id"])] += int(row["held"])
    return held


async def reserved_for(token: str | None) -> Mapping[int, int]:
    """As `held_by`, of the basket behind this token. One query, none without a token."""
    if not token:
        return {}
    basket_id = (
        await Basket.filter(token_digest=digest(token))
        .first()
        .values_list("id", flat=True)
    )
    return await reserved_by(cast("int", basket_id)) if basket_id is not None else {}


def line_in(
    record: Record,
    *,
    write: Callable[[Money], str] = str,
) -> BasketLineView:
    """A line, of a record that has it, its product and vendor (`l`, `p`, `v`), and what of it is
    `held`.
    """
    product = row_of(Product, "p", record)
    return line_view(
        product_view(product, row_of(Vendor, "v", record)),
        record["l.quantity"],
        record["l.seen_amount"],
        held={product.id: int(record["held"])},
        write=write,
    )


def line_view(
    product: ProductView,
    quantity: int,
    seen_amount: int,
    *,
    held: Mapping[int, int],
    write: Callable[[Money], str] = str,
) -> BasketLineView:
    """A line; `held`: what the basket's own order holds, `seen_amount` in minor units."""
    seen = Money(seen_amount, product.price.currency)
    available = product.stock - product.reserved + held.get(product.id, 0)
    problem = line_problem(
        sold=product.is_sold,
        available=available,
        quantity=quantity,
        seen=seen,
        price=product.price,
    )
    facts = {
        "name": product.full_name,
        "left": available,
        "before": write(seen),
        "now": write(product.price),
    }
    return BasketLineView(
        product=product,
        quantity=quantity,
        seen=seen,
        line_total=product.price * quantity,
        available=max(available, 0),
        problem=word(_PROBLEMS, problem, **facts) if problem else None,
    )


def _sum(amounts: Iterable[Money]) -> Money:
    first, *others = amounts
    for other in others:
        first += other
    return first
