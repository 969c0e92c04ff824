"""What is in a basket, and what stands in the way of buying it.

One query, however many lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from tortoise.functions import Sum

from shared.core.ids import digest
from shared.core.money import Money
from shared.core.words import word
from shared.infra.database.raw_sql import Record, row_of
from shared.trade.baskets import statements
from shared.trade.baskets.models import Basket
from shared.trade.baskets.parts import (
    NOTHING,
    PROBLEMS,
    BasketLineView,
    BasketView,
    ShopPart,
    shop_part,
)
from shared.trade.baskets.rules import line_problem
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.product_views import (
    ProductView,
    product_view,
)
from shared.trade.shipping.queries import plan_in
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import view_at
from shared.trade.vendors.terms import terms_of_record


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
    return basket_in(found, write=write) if found else NOTHING


def basket_in(
    records: Sequence[Record],
    *,
    write: Callable[[Money], str] = str,
) -> BasketView:
    """The basket whose lines these records are, in their order, each with its product, its vendor
    and what that says of money and of sending (`l`, `p`, `v`, `c`, `s`), and the basket's
    `discount_code`; one at least.
    """
    of_vendors: dict[int, list[Record]] = {}
    for record in records:
        of_vendors.setdefault(record["v.id"], []).append(record)
    parts = [_part_in(found, write) for found in of_vendors.values()]
    first = records[0]
    return BasketView(first["l.basket_id"], tuple(parts), first["discount_code"])


def _part_in(
    found: Sequence[Record],
    write: Callable[[Money], str],
) -> ShopPart:
    first = found[0]
    vendor = row_of(Vendor, "v", first)
    terms = terms_of_record(first)
    lines = [line_in(record, vendor, write=write) for record in found]
    return shop_part(view_at(vendor, terms), tuple(lines), plan_in(first))


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
    vendor: Vendor,
    *,
    write: Callable[[Money], str] = str,
) -> BasketLineView:
    """A line of a vendor's, of a record that has it and its product (`l`, `p`), and what of it is
    `held`.
    """
    product = row_of(Product, "p", record)
    return line_view(
        product_view(product, vendor),
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
        problem=word(PROBLEMS, problem, **facts) if problem else None,
    )
