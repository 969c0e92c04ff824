"""`/robots.txt`, the sitemap and the product feed: what machines read to find our pages.

Lists of everything are read some hundred rows at a time, each behind the last. Who asks again for
what has not changed hears only that.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from quart import Blueprint, Response

from shared.core.errors import NotFound
from shared.entrypoints.web.access import public
from shared.entrypoints.web.etags import streamed_with_etag, with_etag
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.limits import limit_instead
from shared.entrypoints.web.links import public_url_for
from shared.entrypoints.web.market import market
from shared.trade.catalogue import machine_lists
from shared.trade.catalogue.categories import category_tree
from storefront.described import documents

described = Blueprint(
    "described",
    __name__,
)

PAGES = (
    "platform.home",
    "platform.directory",
    "categories.index",
    "platform.pricing",
    "platform.sell",
    "platform.rights",
    "platform.ranking",
    "platform.accessibility",
    "platform.terms",
    "platform.privacy",
    "platform.imprint",
)


@described.get("/robots.txt")
@public
async def robots() -> Response:
    """What machines may read; of a marketplace in test mode nothing."""
    text = documents.robots(
        public_url_for("described.sitemap"),
        is_test=kit().settings.test_mode,
    )
    return await _answer(
        text,
        "text/plain; charset=utf-8",
    )


@described.get("/sitemap.xml")
@public
async def sitemap() -> Response:
    """The list of the sitemap's parts, of so many ids that each has 50,000 addresses at most."""
    parts = [public_url_for("described.sitemap_part", kind="pages", number=0)]
    for kind in machine_lists.KINDS:
        last = await machine_lists.last_part(kind)
        parts += [
            public_url_for("described.sitemap_part", kind=kind, number=number)
            for number in range(last + 1)
        ]
    return await _answer(
        documents.index(parts),
        "application/xml",
    )


@described.get("/sitemap/<kind>-<int:number>.xml")
@public
@limit_instead("60/minute")
async def sitemap_part(
    kind: str,
    number: int,
) -> Response:
    """Addresses with the day on which each was last changed."""
    if kind == "pages" and number == 0:
        tree = await category_tree()
        own = [
            public_url_for("categories.show", slug=each.slug) for _, each in tree.walk()
        ]
        pages = [(address, None) for address in (*map(public_url_for, PAGES), *own)]
        return await _answer(
            documents.part(pages),
            "application/xml",
        )
    if kind not in machine_lists.KINDS or number > machine_lists.LAST_PART:
        raise NotFound
    return await _streamed(_part(kind, number))


async def _part(
    kind: str,
    number: int,
) -> AsyncIterator[str]:
    yield documents.PART_BEGINS
    async for entries in machine_lists.entries(kind, number):
        yield documents.addresses(
            (_address(entry.shop, entry.product), entry.changed_at) for entry in entries
        )
    yield documents.PART_ENDS


def _address(
    shop: str,
    product: str,
) -> str:
    if not product:
        return public_url_for(
            "shops.shop",
            slug=shop,
        )
    return public_url_for(
        "shops.product",
        slug=shop,
        product_slug=product,
    )


@described.get("/feed/products.xml")
@public
@limit_instead("20/minute")
async def feed() -> Response:
    """Everything that can be bought, as shopping sites read it: RSS 2.0 with names of their own."""
    return await _streamed(_feed((await market()).name))


async def _feed(name: str) -> AsyncIterator[str]:
    yield documents.feed_begins(name, public_url_for("platform.home"))
    async for offers in machine_lists.offers():
        yield "".join(
            documents.item(
                offer,
                _offer_address(offer.shop, offer.product, offer.variant),
            )
            for offer in offers
        )
    yield documents.FEED_ENDS


def _offer_address(
    shop: str,
    product: str,
    variant: int | None,
) -> str:
    address = _address(
        shop,
        product,
    )
    return f"{address}?variant={variant}" if variant else address


async def _answer(
    text: str,
    content_type: str,
) -> Response:
    return await with_etag(
        Response(
            text,
            content_type=content_type,
        )
    )


async def _streamed(pieces: AsyncIterator[str]) -> Response:
    return await streamed_with_etag(
        pieces,
        content_type="application/xml",
    )
