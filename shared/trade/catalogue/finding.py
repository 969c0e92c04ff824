"""What shoppers find: products by words and filters, counted as far as a list tells, page by page
behind the last one shown.

Two ways, by how many there are. Up to a thousand are read through the index of terms and sorted.
Of more, which lie close together in any order, an index of that order is walked until the page is
full. Neither reads a marketplace.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core import search_terms
from shared.core.frozen import frozen
from shared.core.search_terms import TermQuery
from shared.infra.database import counting
from shared.trade.catalogue import counted_statements, statements
from shared.trade.catalogue.categories import category_tree
from shared.trade.catalogue.counted_statements import Maker
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.product_views import ProductView, views_of
from shared.trade.catalogue.statements import Hit, Step
from shared.trade.catalogue.wanted import (
    Place,
    ProductQuery,
    Sort,
    TermQueries,
    term_queries,
)
from shared.trade.vendors.search import vendors_by_word

MOST_MEANT = 30  # categories that a word may mean


@frozen(kw_only=True)
class ProductList:
    """One page of what was found.

    `total`: how many in all, with `goes_on` more than that. `next`: where the following page
    begins, None at the end. `makers`: whose most of it is.
    """

    products: tuple[ProductView, ...]
    total: int
    goes_on: bool
    next: str | None
    is_first: bool
    makers: tuple[Maker, ...] = ()


NOTHING = ProductList(
    products=(),
    total=0,
    goes_on=False,
    next=None,
    is_first=True,
)


async def find(wanted: ProductQuery) -> ProductList:
    """The published products of open shops that are wanted, those that are sold out last.

    By relevance those whose name alone has all the words come first, each part by name. Words
    without a letter in them find nothing.
    """
    typed = search_terms.typed_words(wanted.words)
    if wanted.words and not typed:
        return NOTHING
    vendors = await vendors_by_word(typed) if typed else {}
    asked = term_queries(
        typed,
        vendors,
        await _categories_by_word(typed) if wanted.vendor_id is None else {},
        vendor_id=wanted.vendor_id,
    )
    counted = await counted_statements.counts(wanted, asked.all)
    total = counted.total
    step = await _step(wanted)
    hits = await _hits(
        wanted,
        asked,
        total,
        step,
    )
    shown = hits[: wanted.size]
    is_last = len(hits) == len(shown)
    return ProductList(
        products=await _views(shown),
        total=min(total, counting.MOST),
        goes_on=total > counting.MOST,
        next=None if is_last else _place(shown[-1]),
        is_first=step is None,
        makers=counted.makers,
    )


async def _categories_by_word(typed: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What products say of the categories that each word means in another language; asked where
    several shops' things are looked for.
    """
    tree = await category_tree() if typed else None
    return {word: tree.meant_by(word, MOST_MEANT) for word in typed} if tree else {}


async def _step(wanted: ProductQuery) -> Step | None:
    """Behind what the list goes on; a product that is gone begins it anew."""
    place = wanted.after
    if place is None:
        return None
    key = await statements.key_of(place.product_id, wanted.sort)
    if key is None:
        return None
    return Step(
        place.rank,
        place.is_gone,
        key,
    )


async def _hits(
    wanted: ProductQuery,
    asked: TermQueries,
    total: int,
    step: Step | None,
) -> list[Hit]:
    by_relevance = wanted.sort is Sort.RELEVANCE
    named = asked.named if by_relevance else None
    has_an_index = asked.all is not None or wanted.is_narrowed
    if has_an_index and total <= counting.MOST:
        return await statements.few(
            wanted,
            asked.all,
            named,
            after=step,
            limit=wanted.size + 1,
        )
    if asked.all is None or named is None:
        return await _walked(
            wanted,
            asked.all,
            1,
            step,
            [],
        )
    return await _by_rank(
        wanted,
        asked.all,
        named,
        step,
    )


async def _by_rank(
    wanted: ProductQuery,
    terms: TermQuery,
    named: TermQuery,
    step: Step | None,
) -> list[Hit]:
    """What is called so first, which may be few among many."""
    hits: list[Hit] = []
    if step is None or step.rank == 0:
        hits = await _named(
            wanted,
            named,
            step,
        )
        step = None
    others = search_terms.without(terms, named)
    return await _walked(
        wanted,
        others,
        1,
        step,
        hits,
    )


async def _named(
    wanted: ProductQuery,
    named: TermQuery,
    step: Step | None,
) -> list[Hit]:
    counted = await counted_statements.counts(wanted, named)
    if counted.total > counting.MOST:
        return await _walked(
            wanted,
            named,
            0,
            step,
            [],
        )
    return await statements.few(
        wanted,
        named,
        named,
        after=step,
        limit=wanted.size + 1,
    )


async def _walked(
    wanted: ProductQuery,
    terms: TermQuery | None,
    rank: int,
    step: Step | None,
    hits: list[Hit],
) -> list[Hit]:
    """What is there before what is sold out, behind `hits`, until the page is full."""
    place = step or Step(
        rank,
        False,
        (),
    )
    places = [place]
    if not place.is_gone and not wanted.in_stock:
        places.append(
            Step(
                rank,
                True,
                (),
            )
        )
    for each in places:
        limit = wanted.size + 1 - len(hits)
        if limit > 0:
            hits = hits + await statements.many(
                wanted,
                terms,
                each,
                limit,
            )
    return hits


def _place(hit: Hit) -> str:
    return str(
        Place(
            hit.rank,
            hit.is_gone,
            hit.id,
        )
    )


async def _views(hits: list[Hit]) -> tuple[ProductView, ...]:
    if not hits:
        return ()
    shown = Product.filter(id__in=[hit.id for hit in hits])
    views = {view.id: view for view in await views_of(shown)}
    return tuple(views[hit.id] for hit in hits if hit.id in views)
