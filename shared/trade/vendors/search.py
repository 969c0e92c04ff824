"""What vendors are called, and which of them a search means."""

from __future__ import annotations

from collections.abc import Iterable

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
        Vendor.filter(matching(search, "search", "search_contact"))
        .order_by("id")
        .limit(50)
    )
    return tuple(await numbers_in(query, "id"))
