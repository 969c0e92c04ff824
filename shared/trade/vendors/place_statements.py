"""Shops in the order of the directory, by hand (shared/infra/database/raw_sql.py): an index of
their places is walked, from wherever a page begins, as far as it goes.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.infra.database.counting import MOST
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import columns, fetch
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import VendorView, view_in
from shared.trade.vendors.terms import payment_configs, term_columns

_OPEN = "s.is_open"
_SELLING = "s.is_soon = FALSE"
_BEHIND = "(s.is_soon, s.sorted_by, s.id) > (?, ?, ?)"
_FIND = {"sqlite": "instr", "postgres": "strpos"}


@frozen
class Stand:
    """Where a shop stands: those that can be bought from first, then by name."""

    is_soon: bool
    sorted_by: str
    id: int


async def stand_of(vendor_id: int) -> Stand | None:
    """Where a shop stands, be it open or not."""
    asked = "SELECT is_soon, sorted_by, id FROM shop_places WHERE id = ?"
    found = await fetch(asked, vendor_id)
    if not found:
        return None
    (place,) = found
    return Stand(bool(place["is_soon"]), place["sorted_by"], place["id"])


async def number_open(words: Sequence[str]) -> int:
    """How many open shops have all these folded words, at most one more than MOST."""
    met = " AND ".join([_OPEN, *_having(words)])
    rows = f"SELECT 1 FROM shop_places s WHERE {met} LIMIT {MOST + 1}"
    asked = f"SELECT COUNT(*) AS number FROM ({rows}) counted"
    (found,) = await fetch(asked, *words)
    return int(found["number"])


async def in_order(
    limit: int,
    *,
    words: Sequence[str] = (),
    behind: Stand | None = None,
) -> list[VendorView]:
    """The first open shops that have all these folded words, behind one of them."""
    met = [_OPEN, *_having(words)]
    values: list[object] = [*words]
    if behind is not None:
        met.append(_BEHIND)
        values += [behind.is_soon, behind.sorted_by, behind.id]
    found = await fetch(_first(*met), *values, limit)
    return [view_in(record) for record in found]


async def selling(limit: int) -> list[VendorView]:
    """The first open shops that can be bought from."""
    found = await fetch(_first(_OPEN, _SELLING), limit)
    return [view_in(record) for record in found]


def _having(words: Sequence[str]) -> list[str]:
    """What the vendor has in name, tagline or city."""
    if not words:
        return []
    find = _FIND[dialect()]
    each = " AND ".join(f"{find}(n.search, ?) > 0" for _ in words)
    return [f"EXISTS (SELECT 1 FROM vendors n WHERE n.id = s.id AND {each})"]


def _first(*met: str) -> str:
    """The first shops of which all this is true, with what they sell at.

    Their places are read first, so that no row of another table is, but of those that are shown.
    """
    configs = payment_configs()._meta.db_table
    return (
        f"SELECT {columns(Vendor, 'v')}, {term_columns()} FROM ("
        "SELECT s.is_soon, s.sorted_by, s.id FROM shop_places s"
        f" WHERE {' AND '.join(met)} ORDER BY s.is_soon, s.sorted_by, s.id LIMIT ?"
        ") s JOIN vendors v ON v.id = s.id"
        f" LEFT JOIN {configs} c ON c.vendor_id = v.id"
        " ORDER BY s.is_soon, s.sorted_by, s.id"
    )
