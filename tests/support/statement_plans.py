"""Which statements are sent, and which of them read a growing table from end to end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from tortoise.connection import get_connection

from shared.infra import unit
from shared.infra.database.dialect import dialect
from tests.support.heard import hear_all

# Tables of which a marketplace of years has hundreds of thousands of rows.
GROWING = {
    "activity",
    "audit_entries",
    "claims",
    "customers",
    "discount_redemptions",
    "disputes",
    "baskets",
    "basket_lines",
    "checkouts",
    "emails",
    "jobs",
    "ledger_entries",
    "ledger_postings",
    "order_lines",
    "order_messages",
    "orders",
    "payment_methods",
    "payments",
    "payout_items",
    "payouts",
    "pictures",
    "products",
    "refund_lines",
    "refunds",
    "return_requests",
    "sales_documents",
    "sessions",
    "stripe_writes",
    "stripe_references",
    "webhook_bodies",
    "webhook_events",
}


Sent = list[tuple[str, list[Any]]]


# In the order of a table's own key, passing rows over: the first that fit may be far away.
_WALK = re.compile(r"using (\w+)_pkey on [^\n]+\n +Filter: ")


# One of several lists must name the row: each row of what is found before is held against them.
# (Which pieces count, a product's or its variants', is a CASE with an OR and is no list.)
_EACH = re.compile(r" +Filter: .*SubPlan(?:(?!CASE).)* OR .*SubPlan")


# What is passed over there is little: the payouts that failed a month ago.
PASSING = {"payouts"}


@contextmanager
def sent() -> Iterator[Sent]:
    """Every statement that reads or changes something, with its values."""
    found: Sent = []

    def hear(query: str, values: Sequence[Any]) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|WITH)", query):
            found.append((query, list(values)))

    with pytest.MonkeyPatch.context() as patch:
        hear_all(hear, patch.setattr)
        yield found


async def plan_of(
    query: str,
    values: list[Any],
    last: tuple[str, ...] = ("seqscan",),
) -> str:
    """How the database would go about a statement, PostgreSQL with what is named `last` put last;
    inside a transaction, which its settings end with.
    """
    client = get_connection("default")
    if dialect() == "postgres":
        for name in last:
            await client.execute_script(f"SET LOCAL enable_{name} = off")
        _, plan = await client.execute_query(f"EXPLAIN {query}", values)
        return "\n".join(row["QUERY PLAN"] for row in plan)
    _, plan = await client.execute_query(f"EXPLAIN QUERY PLAN {query}", values)
    return "\n".join(row["detail"] for row in plan)


async def full_scans(statements: Sent) -> list[str]:
    """Statements that read a whole growing table, or may have to, after its name."""
    found: list[str] = []
    for query, values in dict(statements).items():
        async with unit.transaction():
            lines = (await plan_of(query, values)).splitlines()
            if dialect() == "postgres":
                scans = re.findall(r"Seq Scan on (\w+)", "\n".join(lines))
                walks = _WALK.findall("\n".join(lines))
                found += [f"{t}: {query}" for t in walks if t in GROWING - PASSING]
                found += [f"{line}: {query}" for line in lines if _EACH.match(line)]
            else:
                scans = [t.split()[1] for t in lines if re.fullmatch(r"SCAN \w+", t)]
        if not _is_first_rows(query):
            found += [f"{table}: {query}" for table in scans if table in GROWING]
    return found


def _is_first_rows(query: str) -> bool:
    """In the order of a table's own key, so many rows and no more; or none at all."""
    return "WHERE 1=0" in query or bool(
        re.search(r'ORDER BY ("\w+"\.)?"id" (ASC|DESC) LIMIT', query)
    )
