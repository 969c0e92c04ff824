"""Read models of products: how their rows become what pages show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.infra.database.paging import Window
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.pieces import PIECES, VARIANT_MARK, with_pieces
from shared.trade.catalogue.rules import (
    Option,
    Values,
    full_name,
    in_words,
    options_in,
    values_in,
)
from shared.trade.vat.sales.rules import TaxClass
from shared.trade.vendors.models import Vendor


@frozen
class ProductView:
    """A product as it is now, or a variant of one.

    `available` is what can still be bought; `stock` and `reserved` are for its vendor. Of a product
    with options all three are those of the variants on offer together, and `price` is the lowest.
    """

    id: int
    vendor_id: int
    vendor_slug: str
    vendor_name: str
    slug: str
    name: str
    category: str
    description: str
    price: Money
    available: int
    picture: str
    is_published: bool
    stock: int = 0
    reserved: int = 0
    options: tuple[Option, ...] = ()
    top_price: Money | None = None
    parent_id: int | None = None
    values: Values = ()
    sku: str = ""
    is_offered: bool = True
    weight_grams: int = 0
    vat_class: TaxClass = TaxClass.STANDARD
    maker: str = ""  # empty: its vendor
    warnings: str = ""
    taken_off_for: str = ""  # why the staff took it off sale; empty: it did not

    @property
    def choice(self) -> str:
        """A variant's values in words; empty for what is no variant."""
        return in_words(self.values)

    @property
    def full_name(self) -> str:
        """What it is called where nothing else says which variant it is."""
        return full_name(self.name, self.choice)

    @property
    def is_sold(self) -> bool:
        """Whether it can be put into a basket as it is: of a product with options a variant is."""
        return self.is_published and not self.options

    @property
    def costs_from(self) -> bool:
        """Whether its variants have several prices, of which `price` is the lowest."""
        return self.top_price is not None and self.top_price != self.price

    @property
    def variant(self) -> int | None:
        """What its address says beside its product's; nothing of what is no variant."""
        return self.id if self.parent_id is not None else None

    @property
    def product_id(self) -> int:
        """Its product, which is itself where it is no variant."""
        return self.parent_id or self.id


def as_seen_by(
    products: Iterable[ProductView],
    held: Mapping[int, int],
) -> tuple[ProductView, ...]:
    """Products as they are for somebody whose own unpaid order holds some (`held`: product id ->
    pieces): those count as there.
    """
    return tuple(
        replace(
            p,
            available=p.available + held.get(p.id, 0),
        )
        for p in products
    )


async def views_of(
    query: QuerySet[Product],
    shown: Window | None = None,
) -> tuple[ProductView, ...]:
    """The products of a query, or of one page of it."""
    if shown is not None:
        query = query.offset(shown.offset).limit(shown.limit)
    rows: Iterable[dict[str, Any]] = await with_pieces(query).values(
        *PRODUCT_COLUMNS, *PIECES
    )
    return tuple(view_of(row) for row in rows)


PRODUCT_COLUMNS = (
    "id",
    "vendor_id",
    "vendor__slug",
    "vendor__name",
    "slug",
    "name",
    "category",
    "description",
    "price_amount",
    "currency",
    "stock",
    "reserved",
    "picture",
    "is_published",
    "parent_id",
    "options",
    "sku",
    "is_offered",
    "top_price_amount",
    "weight_grams",
    "vat_class",
    "maker",
    "warnings",
    "taken_off_for",
)


def view_of(
    row: dict[str, Any],
    prefix: str = "",
) -> ProductView:
    """The read model of a row that was selected with PRODUCT_COLUMNS, each behind `prefix`."""
    get = {name: row[prefix + name] for name in PRODUCT_COLUMNS}
    stock = row.get(prefix + "stock_of_all", get["stock"])
    reserved = row.get(prefix + "reserved_of_all", get["reserved"])
    is_variant = get["parent_id"] is not None
    top = get["top_price_amount"]
    return ProductView(
        id=get["id"],
        vendor_id=get["vendor_id"],
        vendor_slug=get["vendor__slug"],
        vendor_name=get["vendor__name"],
        slug=get["slug"].partition(VARIANT_MARK)[0],
        name=get["name"],
        category=get["category"],
        description=get["description"],
        price=Money(get["price_amount"], get["currency"]),
        available=max(stock - reserved, 0),
        picture=get["picture"],
        is_published=bool(get["is_published"]),
        stock=stock,
        reserved=reserved,
        weight_grams=get["weight_grams"],
        vat_class=TaxClass(get["vat_class"]),
        maker=get["maker"],
        warnings=get["warnings"],
        taken_off_for=get["taken_off_for"],
        options=() if is_variant else options_in(get["options"]),
        top_price=None if top is None else Money(top, get["currency"]),
        parent_id=get["parent_id"],
        values=values_in(get["options"]) if is_variant else (),
        sku=get["sku"],
        is_offered=bool(get["is_offered"]),
    )


def product_view(product: Product, vendor: Vendor) -> ProductView:
    """The read model of two rows that were read whole."""
    names = (name for name in PRODUCT_COLUMNS if not name.startswith("vendor__"))
    row = {name: getattr(product, name) for name in names}
    return view_of(row | {"vendor__slug": vendor.slug, "vendor__name": vendor.name})
