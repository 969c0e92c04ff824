"""Read models of products for shops, baskets and the portal.

A constant number of queries, however many products.
"""

from __future__ import annotations

import re
from collections import Counter
from operator import itemgetter

from shared.core.frozen import frozen
from shared.infra.database.paging import Counted, Window, window_of
from shared.infra.database.searching import matching
from shared.trade.catalogue import statements
from shared.trade.catalogue.errors import ProductNotFound
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.pieces import listed
from shared.trade.catalogue.product_statements import shown_product
from shared.trade.catalogue.product_views import ProductView, views_of
from shared.trade.vendors.errors import ShopClosed
from shared.trade.vendors.queries import vendor_by_id

PAGE_SIZE = 24
MAX_ID = 2**63 - 1
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,79}", re.ASCII)


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
    found = await shown_product(vendor_slug, product_slug)
    if found is not None:
        return found
    query = Product.filter(
        vendor__slug=vendor_slug, slug=product_slug, is_published=True
    )
    hidden = await query.first()
    if hidden is None:
        raise ProductNotFound
    raise ShopClosed(await vendor_by_id(hidden.vendor_id), hidden.name)


async def more_of_shop(
    vendor_id: int,
    *,
    without: int,
    category: str = "",
    limit: int = 4,
) -> tuple[ProductView, ...]:
    """A few other products of a shop, those of the same category first, sold out ones last."""
    others = listed(vendor_id=vendor_id, is_published=True).exclude(id=without)
    newest = others.order_by("-id").limit(limit * 3)
    alike = await views_of(newest.filter(category=category)) if category else ()
    known = {one.id for one in alike}
    rest = [one for one in await views_of(newest) if one.id not in known]
    found = [*alike, *rest]
    return tuple(sorted(found, key=lambda one: one.available <= 0)[:limit])


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
