"""Lists that go on where a page ended are walked along an index."""

from __future__ import annotations

import re

import pytest
from tortoise.connection import get_connection

from shared.infra.database import counting
from shared.trade.catalogue.finding import find
from shared.trade.catalogue.wanted import ProductQuery, Sort, read_place
from tests.support.markets_to_search import a_market
from tests.support.statement_plans import sent

pytestmark = pytest.mark.usefixtures("database")
BY_INDEX = re.compile(r"SEARCH p USING (COVERING INDEX|INDEX|INTEGER PRIMARY KEY)")


@pytest.mark.sqlite_only  # PostgreSQL plans by statistics, and there are few rows
@pytest.mark.parametrize("sort", sorted(set(Sort) - {Sort.RELEVANCE}))
async def test_a_long_list_is_walked_along_its_index(
    sort: Sort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the place where a page ended: nothing is sorted, and nothing of before is read."""
    monkeypatch.setattr(counting, "MOST", 5)
    await a_market()
    first = await find(ProductQuery(sort=sort, size=3))
    after = read_place(first.next)
    assert after is not None
    with sent() as statements:
        found = await find(ProductQuery(sort=sort, size=3, after=after))
    assert len(found.products) == 3
    walks = []
    for query, values in statements:
        if "LIMIT" not in query or " p " not in query or "count" in query.lower():
            continue
        _, plan = await get_connection("default").execute_query(
            f"EXPLAIN QUERY PLAN {query}", values
        )
        walks.append([row["detail"] for row in plan])
    assert walks, statements
    for details in walks:
        assert any(
            re.match(r"SEARCH p USING (COVERING INDEX|INDEX|INTEGER PRIMARY KEY)", d)
            for d in details
        )
        assert not any("TEMP B-TREE" in d for d in details), details
