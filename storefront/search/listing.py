"""A list of products as its address asks for it: words, filters and order out of the query, and the
addresses that lead on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from quart import request

from shared.core import locales
from shared.core.amounts import payable, read_amount
from shared.core.errors import Invalid
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.trade.catalogue.finding import ProductList
from shared.trade.catalogue.queries import clean_search
from shared.trade.catalogue.wanted import ProductQuery, Sort, read_place, read_sort

SORTS = (
    (Sort.RELEVANCE, _l("Best match")),
    (Sort.NEWEST, _l("Newest")),
    (Sort.PRICE_UP, _l("Price, low to high")),
    (Sort.PRICE_DOWN, _l("Price, high to low")),
    (Sort.NAME, _l("Name, A to Z")),
)
LONGEST_PRICE = 20
MOST_SINGLY = 5  # words that are offered one by one


@frozen
class Price:
    """One end of a price range: as it was typed, what it says, what is wrong with it."""

    typed: str = ""
    money: Money | None = None
    error: str = ""


@frozen(kw_only=True)
class ListRequest:
    """What an address asks for. `path` and `fixed` are of the page itself, the rest its visitor
    chose.
    """

    path: str
    words: str
    sort: Sort
    category: str = ""
    vendor: str = ""
    currency: str = ""
    lowest: Price = Price()
    highest: Price = Price()
    in_stock: bool = False
    after: str = ""

    @property
    def filters(self) -> int:
        """How many filters narrow the list, beside words and category."""
        chosen = (
            self.vendor,
            self.lowest.money,
            self.highest.money,
            self.in_stock,
        )
        return sum(map(bool, chosen))

    @property
    def is_narrowed(self) -> bool:
        """Whether something would be found more easily without a filter."""
        return bool(self.filters or self.category)

    def address(self, **changes: str | None) -> str:
        """This list's address with some of it changed, from its beginning unless `after` says
        otherwise.
        """
        usual = read_sort(None, words=self.words)
        now: dict[str, str | None] = {
            "q": self.words,
            "category": self.category,
            "vendor": self.vendor,
            "min": self.lowest.typed,
            "max": self.highest.typed,
            "currency": self.currency
            if self.lowest.typed or self.highest.typed
            else None,
            "stock": "1" if self.in_stock else None,
            "sort": None if self.sort is usual else self.sort.value,
        }
        wanted = {key: value for key, value in (now | changes).items() if value}
        return f"{self.path}?{urlencode(wanted)}" if wanted else self.path

    def of_page(self) -> ListRequest:
        """The same on the page of a category or a shop, where neither is a filter."""
        return replace(
            self,
            category="",
            vendor="",
        )

    @property
    def without_filters(self) -> str:
        """The same words, and nothing else."""
        words = urlencode({"q": self.words})
        return f"{self.path}?{words}" if self.words else self.path

    @property
    def singly(self) -> list[tuple[str, str]]:
        """Each of several words with the address that looks for it alone."""
        words = self.words.split()[:MOST_SINGLY]
        if len(words) < 2:
            return []
        return [(word, f"{self.path}?{urlencode({'q': word})}") for word in words]

    def sorts(self) -> list[tuple[Sort, str]]:
        """The orders that can be chosen: the best match only where there are words."""
        return [
            (sort, str(words))
            for sort, words in SORTS
            if self.words or sort is not Sort.RELEVANCE
        ]


def currency_of(spoken: Sequence[str]) -> str:
    """The currency that prices in the address are in: one of these, else the first."""
    asked = request.args.get("currency", "")
    return asked if asked in spoken else spoken[0]


def read(
    path: str,
    *,
    currency: str,
) -> ListRequest:
    """What the address of this request asks for. Prices are of `currency`."""
    words = clean_search(request.args.get("q"))
    lowest, highest = _price("min", currency), _price("max", currency)
    if lowest.money and highest.money and lowest.money.amount > highest.money.amount:
        error = _("The highest price is below the lowest.")
        highest = Price(
            highest.typed,
            None,
            error,
        )
    return ListRequest(
        path=path,
        words=words,
        sort=read_sort(
            request.args.get("sort"),
            words=words,
        ),
        category=clean_search(request.args.get("category"))[:60],
        vendor=request.args.get("vendor", "")[:60],
        currency=currency,
        lowest=lowest,
        highest=highest,
        in_stock=request.args.get("stock") == "1",
        after=request.args.get("after", "")[:40],
    )


def _price(
    name: str,
    currency: str,
) -> Price:
    typed = clean_search(request.args.get(name))[:LONGEST_PRICE]
    if not typed:
        return Price()
    try:
        return Price(
            typed,
            payable(
                read_amount(
                    typed,
                    currency,
                    locales.current(),
                )
            ),
        )
    except Invalid as error:
        return Price(
            typed,
            None,
            error.message,
        )


def wanted(
    asked: ListRequest,
    *,
    vendor_id: int | None = None,
    category: str | None = None,
    categories: tuple[str, ...] = (),
) -> ProductQuery:
    """What to look for; `vendor_id` and `category` as they were found by their names."""
    lowest, highest = asked.lowest.money, asked.highest.money
    return ProductQuery(
        words=asked.words,
        vendor_id=vendor_id,
        category=category,
        categories=categories,
        currency=asked.currency if lowest or highest else None,
        lowest=lowest.amount if lowest else None,
        highest=highest.amount if highest else None,
        in_stock=asked.in_stock,
        sort=asked.sort,
        after=read_place(asked.after),
    )


@frozen(kw_only=True)
class Listing:
    """What the list of products on a page is made of (templates/storefront/search/_list.html)."""

    asked: ListRequest
    found: ProductList
    # Where nothing has all of several words: those that something has, with their addresses.
    singly: tuple[tuple[str, str], ...] = ()

    @property
    def more(self) -> str | None:
        """Where the list goes on."""
        return self.asked.address(after=self.found.next) if self.found.next else None

    @property
    def start(self) -> str | None:
        """Where the list begins, for who came in the middle of it."""
        return None if self.found.is_first else self.asked.address()
