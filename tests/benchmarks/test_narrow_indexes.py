"""Each question finds its rows by the index that is kept for it, though that holds only some rows.

PostgreSQL is asked for the plan that knows no values, which it keeps after five executions: a
narrow index helps there only where the statement itself says that it wants no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.queryset import QuerySet

from shared.finance.inbox.models import WebhookEvent
from shared.infra import unit
from shared.infra.database.dialect import dialect
from tests.support.statement_plans import plan_of, sent

Asked = Callable[[], QuerySet[Any]]
# The index, and what is asked for.
FOUND: Mapping[str, Asked] = {
    "ix_webhook_events_order": lambda: newest(WebhookEvent.filter(order_id=7)),
    "ix_webhook_events_account": lambda: newest(of_account("acct_7")),
    r"webhook_eve\w*_(source|1)": lambda: WebhookEvent.at_either().filter(
        stripe_event_id="evt_7"
    ),
}


def newest(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("-id").limit(50)


def of_account(account: str) -> QuerySet[WebhookEvent]:
    return WebhookEvent.filter(stripe_account_id=account)


async def unaware(query: str, values: list[Any]) -> str:
    """How the database goes about a statement whatever its values are."""
    if dialect() != "postgres":
        return await plan_of(query, values)
    client = get_connection("default")
    await client.execute_script("SET LOCAL enable_seqscan = off")
    await client.execute_script("SET LOCAL plan_cache_mode = force_generic_plan")
    await client.execute_script(f"PREPARE asked AS {query}")
    given = f"({', '.join(['NULL'] * len(values))})" if values else ""
    _, plan = await client.execute_query(f"EXPLAIN EXECUTE asked{given}")
    await client.execute_script("DEALLOCATE asked")
    return "\n".join(row["QUERY PLAN"] for row in plan)


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("index", FOUND)
async def test_a_narrow_index_is_found_without_knowing_values(index: str) -> None:
    with sent() as statements:
        await FOUND[index]()
    ((query, values),) = statements
    async with unit.transaction():
        plan = await unaware(query, values)
    assert re.search(index, plan), f"{query}\n{plan}"
