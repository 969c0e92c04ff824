"""What shoppers find: products by words and filters, counted as far as a list tells, page by page
behind the last one shown.

Two ways, by how many there are. Up to a thousand are read through the index of terms and sorted.
Of more, which lie close together in any order, an index of that order is walked until the page is
full. Neither reads a marketplace.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from shared.core import search_terms
from shared.core.frozen import frozen
from shared.infra.database import counting
from shared.trade.catalogue import statements
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.queries import ProductView, views_of
from shared.trade.catalogue.statements import Step
from shared.trade.catalogue.wanted import Place, Sort, Wanted, Wishes, wishes
from shared.trade.vendors.search import vendors_by_word


@frozen
class Maker:
    """A vendor of some of what was found."""

    slug: str
    name: str
    number: int


@frozen(kw_only=True)
class Found:
    """One page of what was found.

    `total`: how many in all, with `goes_on` more than that. `next`: where the following page
    begins, None at the end. Makers, categories and currencies are those of what was counted.
    """

    products: tuple[ProductView, ...]
    total: int
    goes_on: bool
    next: str | None
    is_first: bool
    makers: tuple[Maker, ...] = ()
    categories: tuple[tuple[str, int], ...] = ()
    currencies: tuple[str, ...] = ()


NOTHING = Found(
    products=(),
    total=0,
    goes_on=False,
    next=None,
    is_first=True,
)


async def find(wanted: Wanted) -> Found:
    """The published products of open shops that are wanted, those that are sold out last.

    By relevance those whose name alone has all the words come first, each part by name. Words
    without a letter in them find nothing.
    """
    typed = search_terms.typed_words(wanted.words)
    if wanted.words and not typed:
        return NOTHING
    vendors = await vendors_by_word(typed) if typed else {}
    asked = wishes(typed, vendors, vendor_id=wanted.vendor_id)
    counted = await statements.counts(wanted, asked.all)
    total = sum(int(row["number"]) for row in counted)
    step = await _step(wanted)
    rows = await _rows(wanted, asked, total, step)
    shown = rows[: wanted.size]
    return Found(
        products=await _views(shown),
        total=min(total, counting.MOST),
        goes_on=total > counting.MOST,
        next=_next(shown[-1]) if len(rows) > len(shown) else None,
        is_first=step is None,
        makers=_makers(counted),
        categories=_by_number(counted, "category"),
        currencies=tuple(name for name, _ in _by_number(counted, "currency")),
    )


async def _step(wanted: Wanted) -> Step | None:
    """Behind what the list goes on; a product that is gone begins it anew."""
    place = wanted.after
    if place is None:
        return None
    key = await statements.key_of(place.product_id, wanted.sort)
    return None if key is None else Step(place.rank, place.is_gone, key)


async def _rows(
    wanted: Wanted, asked: Wishes, total: int, step: Step | None
) -> list[dict[str, Any]]:
    named = asked.named if wanted.sort is Sort.RELEVANCE else None
    limit = wanted.size + 1
    is_narrow = asked.all is not None or wanted.is_narrowed
    if is_narrow and total <= counting.MOST:
        return await statements.few(
            wanted,
            asked.all,
            named,
            after=step,
            limit=limit,
        )
    return await _of_many(wanted, asked.all, named, step)


async def _of_many(
    wanted: Wanted, wish: Any, named: Any, step: Step | None
) -> list[dict[str, Any]]:
    """Rank by rank, and in each what is there before what is sold out."""
    found: list[dict[str, Any]] = []
    if named is not None and (step is None or step.rank == 0):
        found += await _named(wanted, named, step)
        step = None
    rest = wish if named is None else search_terms.without(wish, named)
    return await _walked(wanted, rest, 1, step, found)


async def _named(wanted: Wanted, named: Any, step: Step | None) -> list[dict[str, Any]]:
    if await statements.how_many(wanted, named) > counting.MOST:
        return await _walked(wanted, named, 0, step, [])
    return await statements.few(
        wanted,
        named,
        named,
        after=step,
        limit=wanted.size + 1,
    )


async def _walked(
    wanted: Wanted,
    wish: Any,
    rank: int,
    step: Step | None,
    found: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    for is_gone in (False, True):
        limit = wanted.size + 1 - len(found)
        is_behind = step is not None and step.is_gone and not is_gone
        if limit <= 0 or is_behind or (is_gone and wanted.in_stock):
            continue
        after = step if step is not None and step.is_gone == is_gone else None
        rows = await statements.many(
            wanted,
            wish,
            is_gone=is_gone,
            after=after,
            limit=limit,
        )
        found = found + [row | {"rank": rank, "gone": is_gone} for row in rows]
    return found


def _next(row: dict[str, Any]) -> str:
    return str(Place(int(row["rank"]), bool(row["gone"]), int(row["id"])))


async def _views(rows: list[dict[str, Any]]) -> tuple[ProductView, ...]:
    ids = [int(row["id"]) for row in rows]
    if not ids:
        return ()
    views = {view.id: view for view in await views_of(Product.filter(id__in=ids))}
    return tuple(views[each] for each in ids if each in views)


def _makers(counted: list[dict[str, Any]]) -> tuple[Maker, ...]:
    numbers: Counter[tuple[str, str]] = Counter()
    for row in counted:
        numbers[row["slug"], row["name"]] += int(row["number"])
    return tuple(Maker(slug, name, number) for (slug, name), number in numbers.items())


def _by_number(
    counted: list[dict[str, Any]], column: str
) -> tuple[tuple[str, int], ...]:
    numbers: Counter[str] = Counter()
    for row in counted:
        numbers[str(row[column])] += int(row["number"])
    return tuple((name, number) for name, number in numbers.most_common() if name)
