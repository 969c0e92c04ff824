"""What vendors are called, and which of them a search means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tortoise.expressions import Q

from shared.infra.database.chunks import chunks
from shared.infra.database.columns import numbers_in
from shared.infra.database.searching import matching
from shared.trade.vendors.models import Vendor


async def vendor_names(ids: Iterable[int]) -> dict[int, str]:
    """What vendors are called, by id. One query for each 500."""
    names: dict[int, str] = {}
    for some in chunks(ids):
        rows = Vendor.filter(id__in=some)
        names |= dict(await rows.values_list("id", "name"))
    return names


async def found_vendors(search: str) -> tuple[int, ...]:
    """The ids of at most 50 vendors that a search finds, as the operator's list does."""
    query = (
        Vendor.filter(
            matching(
                search,
                "search",
                "search_contact",
            )
        )
        .order_by("id")
        .limit(50)
    )
    return tuple(await numbers_in(query, "id"))


MOST_NAMED = 60  # vendors that the words of one search may mean
MOST_OFFERED = 8  # shops that are offered to choose from


async def vendors_by_word(typed: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """For each of these folded words the open shops that have it in name, tagline or city."""
    having = (Q(search__contains=word) for word in typed)
    query = Vendor.filter(
        Q(*having, join_type=Q.OR),
        is_open=True,
    )
    rows = await query.order_by("id").limit(MOST_NAMED).values_list("id", "search")
    found: dict[str, tuple[int, ...]] = {}
    for word in typed:
        found[word] = tuple(int(id_) for id_, text in rows if word in text)
    return found


async def shops_called(slugs: Sequence[str]) -> list[tuple[str, str]]:
    """Of these last parts of addresses those that a shop has, each with its name, by name."""
    rows = Vendor.filter(slug__in=list(slugs)).order_by("name", "id")
    return [(slug, name) for slug, name in await rows.values_list("slug", "name")]


async def first_shops() -> list[tuple[str, str]]:
    """The first shops by name, for whoever has typed nothing yet."""
    rows = Vendor.all().order_by("name", "id").limit(MOST_OFFERED)
    return [(slug, name) for slug, name in await rows.values_list("slug", "name")]


async def shops_like(typed: str) -> list[tuple[str, str]]:
    """The first shops that a name, or a part of one, may mean: last part of the address, name."""
    rows = Vendor.filter(matching(typed, "search")).order_by("name", "id")
    found = await rows.limit(MOST_OFFERED).values_list("slug", "name")
    return [(slug, name) for slug, name in found]
