"""What a shopper asks for in a list of products: words, filters, an order, and from where on.

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from shared.core import search_terms
from shared.core.frozen import frozen
from shared.core.search_terms import TermQuery

PAGE_SIZE = 24
MAX_ID = 2**63 - 1
_PLACE = re.compile(r"([01])-([01])-([1-9][0-9]{0,17})", re.ASCII)


class Sort(StrEnum):
    """The orders that products can be looked through in."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    PRICE_UP = "price-up"
    PRICE_DOWN = "price-down"
    NAME = "name"


def read_sort(
    text: str | None,
    *,
    words: str = "",
) -> Sort:
    """The sort of this name; without one the best first where there are words, else the newest."""
    usual = Sort.RELEVANCE if words else Sort.NEWEST
    found = Sort(text) if text in set(Sort) else usual
    return found if words or found is not Sort.RELEVANCE else usual


@frozen
class Place:
    """Where a page of a list ended: behind the product with this id, of its rank and among those
    that are sold out or not.
    """

    rank: int
    is_gone: bool
    product_id: int

    def __str__(self) -> str:
        return f"{self.rank}-{int(self.is_gone)}-{self.product_id}"


def read_place(text: str | None) -> Place | None:
    """The place that an address names; None for the beginning, and for what is no place."""
    found = _PLACE.fullmatch(text or "")
    if found is None:
        return None
    rank, gone, number = found.groups()
    return Place(
        int(rank),
        gone == "1",
        int(number),
    )


@frozen(kw_only=True)
class ProductQuery:
    """Which products, in which order. Prices are minor units of `currency`."""

    words: str = ""
    vendor_id: int | None = None
    category: str | None = None
    categories: tuple[str, ...] = ()
    currency: str | None = None
    lowest: int | None = None
    highest: int | None = None
    in_stock: bool = False
    sort: Sort = Sort.NEWEST
    after: Place | None = None
    size: int = PAGE_SIZE

    @property
    def is_narrowed(self) -> bool:
        """Whether an index finds what is wanted without its words."""
        led_by = (self.vendor_id, self.category, self.currency)
        return bool(self.categories) or any(value is not None for value in led_by)


@frozen
class TermQueries:
    """What the words come to: `all` that fulfil them, and those of which the name alone does."""

    all: TermQuery | None
    named: TermQuery | None = None


def term_queries(
    typed: Iterable[str],
    vendors: Mapping[str, Iterable[int]],
    categories: Mapping[str, Iterable[str]],
    *,
    vendor_id: int | None = None,
) -> TermQueries:
    """What these words ask for; `vendors`: the ids of those that a word finds, `categories`: the
    names of those that it means in another language.
    """
    words = tuple(typed)
    if not words:
        return TermQueries(None)
    only: list[tuple[str, ...]] = []
    if vendor_id is not None:
        only.append((search_terms.of("vendor", vendor_id),))
    groups: list[tuple[str, ...]] = []
    named: list[tuple[str, ...]] = []
    for word in words:
        theirs = (search_terms.of("vendor", each) for each in vendors.get(word, ()))
        kinds = filter(None, map(search_terms.each_of, categories.get(word, ())))
        groups.append((search_terms.begins(word), *theirs, *kinds))
        named.append((search_terms.in_name(word),))
    return TermQueries(
        TermQuery((*groups, *only)),
        TermQuery((*named, *only)),
    )
