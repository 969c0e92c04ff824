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

from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.infra.database.paging import Counted, Window, window_of
from shared.infra.database.searching import matching
from shared.trade.catalogue import statements
from shared.trade.catalogue.errors import ProductNotFound
from shared.trade.catalogue.models import Product
from shared.trade.vendors.errors import ShopClosed
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import vendor_by_id

PAGE_SIZE = 24
MAX_ID = 2**63 - 1
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}", re.ASCII)


@frozen
class ProductView:
    """A product as it is now.

    `available` is what can still be bought; `stock` and `reserved` are for its vendor.
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
    """One page of a vendor's own products, published or not."""

    products: tuple[ProductView, ...]
    search: str


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
        Product.filter(vendor_id=vendor_id, is_published=True)
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
    on_sale = Product.filter(
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


async def vendor_products(
    vendor_id: int,
    *,
    page: int = 1,
    search: str = "",
) -> ProductPage:
    """A vendor's own products, newest first, published or not."""
    search = clean_search(search)
    query = Product.filter(vendor_id=vendor_id)
    if search:
        query = query.filter(matching(search, "search"))
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    products = await views_of(query.order_by("-id"), shown)
    return _product_page(products, search, shown)


async def product_for_vendor(vendor_id: int, product_id: int) -> ProductView:
    """A vendor's own product. Raises NotFound when it is not theirs."""
    if not 0 < product_id <= MAX_ID:
        raise ProductNotFound
    found = await views_of(Product.filter(id=product_id, vendor_id=vendor_id))
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


async def views_of(
    query: QuerySet[Product],
    shown: Window | None = None,
) -> tuple[ProductView, ...]:
    """The products of a query, or of one page of it."""
    if shown is not None:
        query = query.offset(shown.offset).limit(shown.limit)
    rows: Iterable[dict[str, Any]] = await query.values(*PRODUCT_COLUMNS)
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
)


def view_of(
    row: dict[str, Any],
    prefix: str = "",
) -> ProductView:
    """The read model of a row that was selected with PRODUCT_COLUMNS, each behind `prefix`."""
    get = {name: row[prefix + name] for name in PRODUCT_COLUMNS}
    return ProductView(
        id=get["id"],
        vendor_id=get["vendor_id"],
        vendor_slug=get["vendor__slug"],
        vendor_name=get["vendor__name"],
        slug=get["slug"],
        name=get["name"],
        category=get["category"],
        description=get["description"],
        price=Money(get["price_amount"], get["currency"]),
        available=max(get["stock"] - get["reserved"], 0),
        picture=get["picture"],
        is_published=bool(get["is_published"]),
        stock=get["stock"],
        reserved=get["reserved"],
    )


def product_view(product: Product, vendor: Vendor) -> ProductView:
    """The read model of two rows that were read whole."""
    names = (name for name in PRODUCT_COLUMNS if not name.startswith("vendor__"))
    row = {name: getattr(product, name) for name in names}
    return view_of(row | {"vendor__slug": vendor.slug, "vendor__name": vendor.name})
