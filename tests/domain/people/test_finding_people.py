"""Staff find people by any piece of name and address, page by page, on each engine alike."""

from __future__ import annotations

from importlib import import_module
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from tortoise.connection import get_connection

from shared.core.search_terms import pieces
from shared.finance.shoppers import deletion
from shared.infra.database import newest_statements
from shared.infra.database.dialect import dialect
from shared.infra.database.newest_statements import Turn
from shared.trade.people import directory
from shared.trade.people.models import Customer
from shared.trade.people.queries import found_people
from shared.trade.people.rules import CUSTOMER, OPERATOR, OWNER
from tests.support.factories import make_customer, make_member, make_ready_vendor
from tests.support.statement_plans import full_scans, sent

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]
ANA = "Ána Żółć-O’Neill"
ADDRESS = "ana+shop@grün.example"
PIECES = (
    "ana",
    "ÁNA",
    "zolc",
    "oneill",
    "O'Ne",
    "n",
    "il",
    "Żółć-O",
    "neill ana",
    "+shop",
    "a+s",
    "p@g",
    ADDRESS.upper(),
    "grun.exa",
    "ün.ex",
)


async def names(search: str, role: str = CUSTOMER, **more: Any) -> list[str]:
    """Who is found, by name, in the order of the list."""
    page = await directory.people(role, search=search, **more)
    return [row.full_name for row in page.rows]


async def test_any_piece_finds_somebody() -> None:
    """Of name or address, in any case, with its accents or without, one letter or all; no word of
    another, no wildcard, no command, and signs without a word find nobody.
    """
    await make_customer(full_name="Bo", email="bo-w")
    await make_customer(full_name=ANA, email=ADDRESS)
    owner = await make_member(await make_ready_vendor(), full_name=ANA, email=ADDRESS)
    for typed in PIECES:
        assert await names(typed) == [ANA], typed
        assert await names(typed, OWNER) == [ANA], typed
        assert await names(typed, OPERATOR) == [], typed
        assert f"member:{owner.id}" in await found_people(typed), typed
    for typed in ("xyz", "ana bo", "%", "_", "—", '"', "ana*b"):
        assert await names(typed) == [], typed


async def test_each_way_a_person_is_written_is_found() -> None:
    """Renamed, with another address; and a deleted account by neither of its words."""
    row = await make_customer(full_name=ANA, email=ADDRESS)
    row.full_name = "Bea"
    await row.save()
    assert await names("neill") == []
    await Customer.filter(id=row.id).update(full_name="Cleo", email="cleo@c.example")
    assert (await names("bea"), await names("cleo c.exa")) == ([], ["Cleo"])
    with pytest.raises(RuntimeError, match="update all of them"):
        Customer.filter(id=row.id).update(full_name="Half")
    await deletion._forget_person(row)
    assert await names("cleo") == []
    assert "cleo" not in (await Customer.get(id=row.id)).terms
    assert await names("deleted") == [deletion.NOBODY]
    await row.delete()
    assert await names("deleted") == []


async def test_pages_go_on_behind_the_last_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each person once, whatever comes meanwhile, there and back; with a search or without."""
    monkeypatch.setattr(directory, "PAGE_SIZE", 2)
    for number in range(12):
        called = "Sam" if number in {1, 2, 3, 8, 11} else "Tom"
        await make_customer(full_name=f"{called} {number}", is_active=number % 2 == 0)
    for search, only_off, most in product(("", "sam"), (False, True), (1000, 3)):
        monkeypatch.setattr(newest_statements, "LOOKED_THROUGH", most)
        everyone = await names(search, only_off=only_off)
        monkeypatch.setattr(directory, "PAGE_SIZE", 100)
        whole = await names(search, only_off=only_off)
        monkeypatch.setattr(directory, "PAGE_SIZE", 2)
        wanted: dict[str, Any] = {"search": search, "only_off": only_off}
        seen: list[list[str]] = []
        turn: Turn | None = None
        while True:
            page = await directory.people(CUSTOMER, turn=turn, **wanted)
            seen.append([row.full_name for row in page.rows])
            assert (page.newer is None) == (turn is None)
            if page.older is None:
                break
            turn = page.older
            await make_customer(full_name="Sam late")
        assert [name for each in seen for name in each] == whole
        assert seen[0] == everyone
        await Customer.filter(full_name="Sam late").delete()
        for each in reversed(seen[:-1]):
            page = await directory.people(CUSTOMER, turn=page.newer, **wanted)
            assert [row.full_name for row in page.rows] == each
        assert page.newer is None
        for lost in (Turn(1), Turn(2**60, newer=True)):
            assert await names(search, only_off=only_off, turn=lost) == everyone


async def test_no_list_of_people_reads_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a search that few answer, one that all do, and none: at most three statements, each by
    an index.
    """
    for number in range(60):
        await make_customer(full_name=f"Sam {number}")
    await make_customer(full_name="Rare one")
    for looked_through in (1000, 3):
        monkeypatch.setattr(newest_statements, "LOOKED_THROUGH", looked_through)
        for search in ("", "sam", "a", "rare", "nobody"):
            for only_off in (False, True):
                with sent() as statements:
                    page = await directory.people(
                        CUSTOMER, search=search, only_off=only_off
                    )
                    if page.older is not None:
                        await directory.people(
                            CUSTOMER,
                            search=search,
                            only_off=only_off,
                            turn=page.older,
                        )
                assert len(statements) <= (6 if page.older else 3)
                assert await full_scans(statements) == []
                if dialect() == "sqlite":
                    assert await _sorted(statements) == []


async def _sorted(statements: list[tuple[str, list[Any]]]) -> list[str]:
    """What SQLite sorts by itself, instead of reading it in the order of an index."""
    found = []
    for query, values in statements:
        _, plan = await get_connection("default").execute_query(
            f"EXPLAIN QUERY PLAN {query}", values
        )
        found += [row["detail"] for row in plan if "TEMP B-TREE" in row["detail"]]
    return found


async def test_people_from_before_are_found() -> None:
    """The migration gives each their terms, a thousand at a time."""
    migration: Any = import_module("shared.infra.database.migrations.0084_people_found")
    await make_customer(full_name=ANA, email=ADDRESS)
    await make_member(None, full_name=ANA, email=ADDRESS)
    client = get_connection("default")
    for table in ("customers", "members"):
        await client.execute_query(f"UPDATE {table} SET terms = ''")
    assert await names("ana") == []
    editor = SimpleNamespace(DIALECT=client.capabilities.dialect, client=client)
    await migration.fill(None, editor)
    for role in (CUSTOMER, OPERATOR):
        assert await names("ana", role) == [ANA]
    assert (await Customer.get(email=ADDRESS)).terms == pieces(ANA, ADDRESS)
