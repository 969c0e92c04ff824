"""The texts of robots.txt, sitemap and feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape

from shared.core.markup import as_plain
from shared.entrypoints.web.areas import CLOSED_TO_MACHINES, OPEN_TO_MACHINES
from shared.trade.catalogue.machine_lists import FeedOffer
from storefront.described.meta import picture_address
from storefront.described.sending import plain

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
PART_BEGINS = f"{_XML}<urlset {_SITEMAP}>\n"
PART_ENDS = "</urlset>\n"
FEED_ENDS = "</channel>\n</rss>\n"
LONGEST_TITLE, LONGEST_TEXT = 150, 5000

Changed = tuple[str, datetime | None]


def robots(sitemap: str, *, is_test: bool) -> str:
    """What machines may read."""
    if is_test:
        return "User-agent: *\nDisallow: /\n"
    allowed = "".join(f"Allow: {path}\n" for path in OPEN_TO_MACHINES)
    closed = "".join(f"Disallow: {path}\n" for path in CLOSED_TO_MACHINES)
    return f"User-agent: *\n{allowed}{closed}\nSitemap: {sitemap}\n"


def index(parts: Iterable[str]) -> str:
    """The list of the parts."""
    listed = "".join(f"<sitemap><loc>{escape(at)}</loc></sitemap>\n" for at in parts)
    return f"{_XML}<sitemapindex {_SITEMAP}>\n{listed}</sitemapindex>\n"


def part(pages: Iterable[Changed]) -> str:
    """One part, in one piece."""
    return f"{PART_BEGINS}{addresses(pages)}{PART_ENDS}"


def addresses(pages: Iterable[Changed]) -> str:
    """Entries of a part."""
    return "".join(_entry(address, changed) for address, changed in pages)


def _entry(address: str, changed: datetime | None) -> str:
    when = f"<lastmod>{changed:%Y-%m-%d}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{when}</url>\n"


def feed_begins(name: str, home: str) -> str:
    """The head of the feed."""
    return (
        f'{_XML}<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
        f"<title>{_said(name)}</title>\n<link>{escape(home)}</link>\n"
        f"<description>{_said(name)}</description>\n"
    )


def item(offer: FeedOffer, address: str) -> str:
    """One thing that can be bought."""
    told = {
        "g:id": str(offer.id),
        "g:title": offer.name[:LONGEST_TITLE],
        "g:description": (as_plain(offer.description) or offer.name)[:LONGEST_TEXT],
        "g:link": address,
        "g:image_link": picture_address(offer.picture),
        "g:availability": "in_stock" if offer.is_left else "out_of_stock",
        "g:price": f"{plain(offer.price)} {offer.price.currency}",
        "g:brand": offer.vendor_name,
        "g:product_type": offer.category,
        "g:item_group_id": str(offer.group or ""),
        "g:mpn": offer.sku,
        "g:identifier_exists": "" if offer.sku else "no",
    }
    parts = "".join(
        f"<{tag}>{_said(text)}</{tag}>" for tag, text in told.items() if text
    )
    return f"<item>{parts}</item>\n"


def _said(text: str) -> str:
    """A text without signs that XML has no place for."""
    return escape("".join(sign for sign in text if sign >= " " or sign in "\n\t"))
