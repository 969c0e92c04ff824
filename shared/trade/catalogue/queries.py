"""Read models of products for shops, baskets and the portal.

A constant number of queries, however many products.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.infra.database.paging import Counted, Window, window_of
from shared.infra.database.searching import matching
from shared.trade.catalogue import statements
from shared.trade.catalogue.errors import ProductNotFound
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.rules import (
    Option,
    Values,
    full_name,
    in_words,
    options_in,
    values_in,
)
from shared.trade.vendors.errors import ShopClosed
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import vendor_by_id

PAGE_SIZE = 24
MAX_ID = 2**63 - 1
SEARCHED = ("search", "vendor__search")  # what a shopper's search looks into
# Behind it a variant's own part of its address in the table, which no page answers to.
VARIANT_MARK = "~"
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}", re.ASCII)


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


@frozen(kw_only=True)
class ProductPage(Counted):
    """One page of products: a vendor's own, published or not, or those of every shop that a search
    finds.
    """

    products: tuple[ProductView, ...]
    search: str


def listed(*conditions: Q, **values: Any) -> QuerySet[Product]:
    """The products that meet these conditions, as lists have them: without their variants."""
    return Product.filter(*conditions, **values, parent_id=None)


def clean_search(text: str | None) -> str:
    """What someone typed into a search box, without control characters and not longer than a
    product's name.
    """
    printable = "".join(c if c.isprintable() else " " for c in text or "")
    return " ".join(printable.split())[:120]


def is_slug(text: str) -> bool:
    """Whether `text` can be an address part of ours at all."""
    return _SLUG.fullmatch(text) is not None


async def product(vendor_slug: str, product_slug: str) -> ProductView:
    """A published product of an open shop.

    Raises NotFound for anything else, ShopClosed while its shop is closed.
    """
    if not (is_slug(vendor_slug) and is_slug(product_slug)):
        raise ProductNotFound
    query = Product.filter(
        vendor__slug=vendor_slug, slug=product_slug, is_published=True
    )
    found = await views_of(query.filter(vendor__is_open=True))
    if found:
        return found[0]
    hidden = await query.first()
    if hidden is None:
        raise ProductNotFound
    raise ShopClosed(await vendor_by_id(hidden.vendor_id), hidden.name)


async def more_of_shop(
    vendor_id: int,
    *,
    without: int,
    limit: int = 4,
) -> tuple[ProductView, ...]:
    """A few other products of a shop, those of which some are left first."""
    query = (
        listed(vendor_id=vendor_id, is_published=True)
        .exclude(id=without)
        .order_by("-id")
        .limit(limit * 3)
    )
    found = await views_of(query)
    return tuple(sorted(found, key=lambda p: p.available <= 0)[:limit])


async def showcase(*, limit: int = 8) -> tuple[ProductView, ...]:
    """New products that can be bought, taken from the shops that sell in turn so that none fills
    the page.
    """
    on_sale = listed(
        is_published=True,
        vendor__is_open=True,
        vendor__payment_config__accepts_payments=True,
    )
    newest = await views_of(on_sale.order_by("-id").limit(limit * 6))
    turns: Counter[int] = Counter()
    ranked: list[tuple[int, str, ProductView]] = []
    for product in newest:
        if product.available > 0:
            turn = turns[product.vendor_id]
            ranked.append((turn, product.vendor_name, product))
            turns[product.vendor_id] += 1
    ranked.sort(key=itemgetter(0, 1))
    return tuple(product for _, _, product in ranked[:limit])


async def search_products(search: str, *, page: int = 1) -> ProductPage:
    """Published products of open shops that have each word of `search` in their name, category,
    description or vendor.

    By name, those that are sold out last. An empty search finds nothing.
    """
    wanted = clean_search(search)
    if not wanted:
        return ProductPage(
            products=(),
            search="",
            number=1,
            pages=1,
            total=0,
            size=PAGE_SIZE,
        )
    found = listed(
        matching(wanted, *SEARCHED),
        is_published=True,
        vendor__is_open=True,
    )
    shown = await window_of(found, page=page, size=PAGE_SIZE)
    # The folded column begins with the name, and is sorted without regard to case or accents on
    # either engine.
    products = await views_of(sold_out_last(found, "search", "id"), shown)
    return _product_page(products, wanted, shown)


async def vendor_products(
    vendor_id: int,
    *,
    page: int = 1,
    search: str = "",
) -> ProductPage:
    """A vendor's own products, newest first, published or not."""
    search = clean_search(search)
    query = listed(vendor_id=vendor_id)
    if search:
        query = query.filter(matching(search, "search"))
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    products = await views_of(query.order_by("-id"), shown)
    return _product_page(products, search, shown)


async def product_for_vendor(vendor_id: int, product_id: int) -> ProductView:
    """A vendor's own product. Raises NotFound when it is not theirs."""
    if not 0 < product_id <= MAX_ID:
        raise ProductNotFound
    found = await views_of(listed(id=product_id, vendor_id=vendor_id))
    if not found:
        raise ProductNotFound
    return found[0]


async def product_named(vendor_id: int, slug: str) -> ProductView:
    """A vendor's product by the last part of its address, published or not. Raises NotFound."""
    found = (
        await views_of(Product.filter(vendor_id=vendor_id, slug=slug))
        if is_slug(slug)
        else ()
    )
    if not found:
        raise ProductNotFound
    return found[0]


async def all_categories(*, limit: int = 200) -> tuple[str, ...]:
    """The names of categories that products have, whoever sells them."""
    return await statements.categories(limit)


def _product_page(
    products: tuple[ProductView, ...], search: str, shown: Window
) -> ProductPage:
    return ProductPage(
        products=products,
        search=search,
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        total=shown.total,
        size=shown.limit,
    )


def sold_out_last(
    query: QuerySet[Product],
    *order: str,
) -> QuerySet[Product]:
    """Products in this order, those that can still be bought first."""
    return query.annotate(is_gone=RawSQL(_IS_GONE)).order_by("is_gone", *order)


async def views_of(
    query: QuerySet[Product],
    shown: Window | None = None,
) -> tuple[ProductView, ...]:
    """The products of a query, or of one page of it."""
    if shown is not None:
        query = query.offset(shown.offset).limit(shown.limit)
    query = query.annotate(
        stock_of_all=RawSQL(_OF_ALL.format("stock")),
        reserved_of_all=RawSQL(_OF_ALL.format("reserved")),
    )
    rows: Iterable[dict[str, Any]] = await query.values(*PRODUCT_COLUMNS, *_OF_VARIANTS)
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
)
_OF_VARIANTS = ("stock_of_all", "reserved_of_all")
# A product's pieces, or those of its variants on offer.
_OF_ALL = (
    """(CASE WHEN "products"."options" = '' OR "products"."parent_id" IS NOT NULL"""
    """ THEN "products"."{0}" ELSE (SELECT COALESCE(SUM(v.{0}), 0) FROM products v"""
    """ WHERE v.parent_id = "products"."id" AND v.is_published) END)"""
)
_IS_GONE = (
    f"(CASE WHEN {_OF_ALL.format('stock')} > {_OF_ALL.format('reserved')}"
    " THEN 0 ELSE 1 END)"
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
