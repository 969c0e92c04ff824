"""Long tables are read in pieces: all of them, each once, as the ORM answers."""

from __future__ import annotations

import pytest

from shared.infra.database import chunks, reading
from shared.infra.database.reading import in_pieces, those_with
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_vendor

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


async def test_a_table_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the ids, with columns of other tables; a query's own conditions hold."""
    monkeypatch.setattr(reading, "PIECE", 2)
    vendors = [await make_vendor() for _ in range(5)]
    pieces = [
        rows
        async for rows in in_pieces(Vendor.all(), ("slug", "payment_config__currency"))
    ]
    assert [len(rows) for rows in pieces] == [2, 2, 1]
    told = (
        Vendor.all()
        .order_by("id")
        .values_list("id", "slug", "payment_config__currency")
    )
    assert [row for rows in pieces for row in rows] == list(await told)
    some = in_pieces(Vendor.filter(id__gt=vendors[2].id), ())
    assert [rows async for rows in some] == [[(each.id,) for each in vendors[3:]]]


async def test_many_values_are_asked_for_in_pieces(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each once, however often it is named."""
    monkeypatch.setattr(chunks, "CHUNK", 2)
    slugs = [(await make_vendor()).slug for _ in range(3)]
    rows = those_with(Vendor.all(), "slug", [*slugs, slugs[0], "nobody"], ("slug",))
    assert sorted([row[1] async for piece in rows for row in piece]) == sorted(slugs)
