"""How both sides are read: long lists in pieces, what moves meanwhile once more, and no more of it
than what may differ.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core import clock
from shared.finance.reconciliation import both_sides
from shared.finance.reconciliation import service as runs
from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.models import ReconciliationRun
from shared.finance.reconciliation.records import (
    BothSides,
    MethodAtStripe,
    MethodRecord,
)
from shared.finance.reconciliation.saved_method_records import may_differ
from shared.finance.reconciliation.stripe_lists import LATE, BooksRead
from shared.infra.gateway.balance_transactions import (
    BalanceTransaction,
    BalanceTransactions,
)
from tests.support.market import open_shop
from tests.support.money import sell

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

NOW = clock.now()
NEWEST = BalanceTransaction(
    "txn_9", "charge", 1, 0, 1, "EUR", "ch_9", NOW, NOW, "charge"
)


async def told(rows: Iterable[BalanceTransaction]) -> AsyncIterator[Any]:
    """Pages of two."""
    some = list(rows)
    for begin in range(0, len(some), 2):
        yield some[begin : begin + 2]


async def test_books_that_moved_are_read_from_where_they_were_new() -> None:
    """Each row once; and what Stripe tells late, though it is older than others, as well."""
    older = [
        replace(NEWEST, id=f"txn_{n}", created=NOW - n * LATE / 2) for n in range(1, 5)
    ]
    late = replace(NEWEST, id="txn_late", created=NOW - LATE / 3)
    other = replace(NEWEST, id="txn_other", balance_type="issuing")
    books = BooksRead(None)
    first = [
        row.id
        async for page in books.news(told([NEWEST, other, *older]))
        for row in page
    ]
    assert first == ["txn_9", *(row.id for row in older)]
    assert books.since == NOW - LATE
    newer = replace(NEWEST, id="txn_10", created=NOW + LATE / 2)
    again = [newer, NEWEST, other, late, *older[:2]]
    news = [row.id async for page in books.news(told(again)) for row in page]
    assert news == ["txn_10", "txn_late"]
    assert books.since == NOW - LATE / 2


async def test_nothing_before_a_window_comes_with_what_is_read_again() -> None:
    """Though the newest row is nearer to its begin than a row may be late."""
    books = BooksRead(NOW - LATE / 2)
    assert [page async for page in books.news(told([NEWEST]))] == [[NEWEST]]
    assert books.since == NOW - LATE / 2


async def test_what_is_sold_meanwhile_is_read_once(
    database: str,
    gateway: Gateway,
    sandbox: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The platform's balance moves while its books are read; then it stands beside all its rows."""
    shop = await open_shop(gateway, sandbox)
    await sell(gateway, sandbox, shop)
    pages, readings = BalanceTransactions.pages, 0

    async def with_a_sale(
        self: BalanceTransactions, account: str | None = None, **since: Any
    ) -> AsyncIterator[Any]:
        nonlocal readings
        readings += account is None
        async for page in pages(self, account, **since):
            yield page
        if readings == 1 and account is None:
            await sell(gateway, sandbox, shop)

    monkeypatch.setattr(BalanceTransactions, "pages", with_a_sale)
    both, compared = await both_sides.read(gateway, None)
    assert readings == 2
    rows = await gateway.balance_transactions.list()
    assert both.balances[None, "EUR"][1] == sum(row.net for row in rows)
    theirs = await gateway.balance_transactions.list(shop.account_id)
    assert compared["balance transactions"] == len(rows) + len(theirs)


async def test_a_run_says_that_it_goes_on(
    database: str, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that nobody takes it for one whose process died, though reading may take hours."""
    monkeypatch.setattr(runs, "ALIVE_SECONDS", 0.02)

    async def takes_long(_gateway: Gateway, _since: object) -> tuple[BothSides, Any]:
        begun = (await ReconciliationRun.get()).updated_at
        while (await ReconciliationRun.get()).updated_at < begun + timedelta(seconds=1):
            await asyncio.sleep(0.01)
        return BothSides(), {}

    monkeypatch.setattr(both_sides, "read", takes_long)
    assert (await runs.reconcile(gateway, started_by="system")).status == "clean"


CUSTOMERS = ("cus_1", "cus_2", "cus_3")
WORDS = st.sampled_from(("card visa 4242", "card visa 1881"))
WHOSE = st.none() | st.sampled_from(CUSTOMERS)


@st.composite
def shoppers(draw: st.DrawFn) -> list[tuple[list[MethodRecord], list[MethodAtStripe]]]:
    """The methods of some customers: on each side each is one customer's, or nobody's."""
    ours: dict[str, list[MethodRecord]] = {each: [] for each in CUSTOMERS}
    theirs: dict[str, list[MethodAtStripe]] = {each: [] for each in CUSTOMERS}
    for number in range(4):
        stripe_id = f"pm_{number}"
        if mine := draw(WHOSE):
            record = MethodRecord(number, stripe_id, mine, draw(WORDS))
            ours[mine].append(record)
        if holds := draw(WHOSE):
            theirs[holds].append(MethodAtStripe(stripe_id, holds, draw(WORDS)))
    return [(ours[each], theirs[each]) for each in CUSTOMERS]


@given(shoppers(), st.frozensets(st.sampled_from(("pm_1", "pm_2"))))
def test_of_saved_methods_nothing_is_told_otherwise(
    customers: list[tuple[list[MethodRecord], list[MethodAtStripe]]],
    detaching: frozenset[str],
) -> None:
    """With the customers left out of whom both sides say the same."""

    def found(some: Iterable[tuple[list[MethodRecord], list[MethodAtStripe]]]) -> Any:
        pairs = list(some)
        return compare(
            BothSides(
                methods=tuple(each for mine, _ in pairs for each in mine),
                methods_at_stripe=tuple(each for _, held in pairs for each in held),
                detaching=detaching,
            )
        )

    kept = (pair for pair in customers if may_differ(*pair))
    assert found(kept) == found(customers)
