"""What each account comes to is kept by the database, beside the entries and always equal to
them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException
from tortoise.functions import Count, Sum

from shared.finance.ledger import queries, service
from shared.finance.ledger.chart import Account, Entry, Posting
from shared.finance.ledger.models import AccountSum, LedgerEntry
from shared.finance.reconciliation.records import WrongSum
from shared.finance.reconciliation.statements import wrong_sums
from shared.infra import unit
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import fetch
from tests.support.factories import make_vendor
from tests.support.tamper import asleep, sql

pytestmark = pytest.mark.both_engines  # triggers of each keep them
HERE, THERE, FEES = Account.STRIPE_PLATFORM, Account.BANK_PLATFORM, Account.STRIPE_FEES
COLUMNS = "created_at, updated_at, account, vendor_id, currency, amount, entries, last_posting_id"
NUMBERS = iter(range(1, 10_000))


def moved(
    amount: int,
    *accounts: Account,
    currency: str = "EUR",
    vendor: int | None = None,
) -> Posting:
    """From the second account to the first; `vendor` is that of both, where they have one."""
    n = next(NUMBERS)
    sides = zip(accounts, (amount, -amount), strict=True)
    entries = [
        Entry(account, part, currency, f"x_{n}", vendor) for account, part in sides
    ]
    return Posting("moved", f"moved:{n}", f"thing:{n}", tuple(entries))


async def post(*postings: Posting) -> None:
    """All in one transaction."""
    async with unit.transaction() as tx:
        for posting in postings:
            service.post_once(tx, posting)


async def kept() -> Sequence[Any]:
    """The sums, in order."""
    names = ("account", "vendor_id", "currency", "amount", "entries")
    return sorted(await AccountSum.all().values_list(*names))


async def counted() -> Sequence[Any]:
    """The same as Tortoise adds the entries up."""
    groups = ("account", "vendor_id", "currency")
    sums = LedgerEntry.all().annotate(total=Sum("amount"), number=Count("id"))
    rows = await sums.group_by(*groups).values_list(*groups, "total", "number")
    return sorted((a, vendor or 0, c, int(t), int(n)) for a, vendor, c, t, n in rows)


async def busy() -> int:
    """Two vendors, two currencies, several postings at once: the id of the first vendor."""
    one, other = await make_vendor(), await make_vendor()
    earned = (Account.STRIPE_VENDOR, Account.VENDOR_PAYABLE)
    await post(
        *(moved(100 + n, *earned, vendor=one.id) for n in range(3)),
        moved(7, *earned, vendor=other.id, currency="DKK"),
        moved(5, HERE, THERE),
    )
    await post(moved(11, THERE, HERE), moved(40, *earned, vendor=one.id))
    return int(one.id)


async def test_a_sum_is_what_the_entries_come_to(database: str) -> None:
    """By account, vendor and currency; pages read the sums."""
    vendor_id = await busy()
    assert await kept() == await counted()
    earned = {
        (Account.STRIPE_VENDOR, "EUR"): 343,
        (Account.VENDOR_PAYABLE, "EUR"): -343,
    }
    assert await queries.of_vendor(vendor_id) == earned
    debits = await queries.debits_by_vendor(Account.STRIPE_VENDOR)
    assert debits[vendor_id, "EUR"] == 343
    assert await queries.credits_by_vendor(Account.STRIPE_VENDOR) == {}
    owed = await queries.credits_by_vendor(Account.VENDOR_PAYABLE)
    assert owed[vendor_id, "EUR"] == -343
    totals = {t.account: (t.balance.amount, t.entries) for t in await _euros()}
    assert totals[HERE] == (-6, 2)
    assert totals[Account.STRIPE_VENDOR] == (343, 4)


async def _euros() -> list[queries.AccountTotal]:
    totals = await queries.trial_balance()
    return [total for total in totals if total.balance.currency == "EUR"]


async def test_a_transaction_sees_what_it_has_posted_itself(database: str) -> None:
    """And others do not; undone, it is in no sum."""
    await post(moved(5, HERE, THERE))
    with suppress(ZeroDivisionError):
        async with unit.transaction() as tx:
            service.post_once(tx, moved(3, HERE, THERE))
            assert {t.balance.amount for t in await _euros()} == {8, -8}
            raise ZeroDivisionError
    assert {t.balance.amount for t in await _euros()} == {5, -5}
    assert await kept() == await counted()


async def test_a_savepoint_that_is_undone_is_in_no_sum(database: str) -> None:
    """What stood before it and what comes after it is."""
    async with unit.transaction() as tx:
        service.post_once(tx, moved(1, HERE, THERE))
        with suppress(ZeroDivisionError):
            async with tx.savepoint():
                service.post_once(tx, moved(20, HERE, THERE))
                await tx.flush()
                raise ZeroDivisionError
        service.post_once(tx, moved(300, HERE, THERE))
    assert {t.balance.amount for t in await _euros()} == {301, -301}
    assert await kept() == await counted()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_sums SET amount = amount + 1",
        "UPDATE ledger_sums SET entries = entries + 1",
        "UPDATE ledger_sums SET currency = 'USD'",
        "DELETE FROM ledger_sums",
        f"INSERT INTO ledger_sums ({COLUMNS}) SELECT {COLUMNS} FROM ledger_sums",
    ],
)
async def test_nobody_but_the_database_changes_a_sum(
    database: str, statement: str
) -> None:
    """Whoever asks."""
    await busy()
    with pytest.raises(BaseORMException, match=r"what the entries say|only added to"):
        await sql(statement)
    assert await kept() == await counted()


@pytest.mark.postgres_only
async def test_who_has_posted_keeps_nobody_waiting(database: str) -> None:
    """However long its transaction goes on: sums are locked at the commit alone, so two
    transactions cannot wait for each other over them.
    """
    written, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        async with unit.transaction() as tx:
            service.post_once(tx, moved(1, HERE, THERE))
            await tx.flush()
            written.set()
            await go_on.wait()
            service.post_once(tx, moved(4, FEES, HERE))

    slow = asyncio.create_task(slowly())
    await written.wait()
    async with asyncio.timeout(20):
        await post(moved(2, THERE, FEES), moved(3, HERE, THERE))
    go_on.set()
    await slow
    assert await kept() == await counted()


async def test_many_that_post_to_the_same_accounts_all_get_through(
    database: str,
) -> None:
    """In any order of accounts, several postings each: nobody waits in a circle."""
    orders = [(HERE, THERE), (THERE, FEES), (FEES, HERE)]
    turns = [[moved(1 + n, *orders[(n + m) % 3]) for m in range(3)] for n in range(24)]
    await asyncio.gather(*(post(*postings) for postings in turns))
    assert await kept() == await counted()
    assert sum(number for *_, number in await kept()) == 24 * 3 * 2


async def test_what_was_posted_before_there_were_sums_is_in_them(
    database: str,
) -> None:
    """Migration 0047, and back again; what later ones made of its functions stays."""
    await busy()
    before, functions = await kept(), await _functions()
    script = import_module("shared.infra.database.migrations.0047_ledger_sums")
    name = dialect().upper()
    connection = get_connection("default")

    await connection.execute_script(getattr(script, f"{name}_BACK"))
    await connection.execute_script("DELETE FROM ledger_sums")
    await connection.execute_script(getattr(script, name))
    for function in functions:
        await connection.execute_script(function)

    assert await kept() == before
    await post(moved(9, FEES, HERE))
    assert await kept() == await counted()
    assert await _functions() == functions


async def _functions() -> list[str]:
    """The ledger's functions as they are; other tests go on with this database of PostgreSQL's."""
    if dialect() != "postgres":
        return []
    found = await fetch(
        "SELECT pg_get_functiondef(oid) AS sql FROM pg_proc"
        " WHERE proname LIKE 'ledger%' ORDER BY proname"
    )
    return [each["sql"] for each in found]


async def test_a_sum_that_was_tampered_with_is_named(database: str) -> None:
    """With what is kept and what the entries say."""
    vendor_id = await busy()
    assert await wrong_sums() == ()
    async with asleep():
        await sql("UPDATE ledger_sums SET amount = 8 WHERE account = 'bank_platform'")
        await sql(f"DELETE FROM ledger_sums WHERE vendor_id = {vendor_id}")
    assert await wrong_sums() == (
        WrongSum("bank_platform", None, "EUR", 8, 6),
        WrongSum("stripe_vendor", vendor_id, "EUR", 0, 343),
        WrongSum("vendor_payable", vendor_id, "EUR", 0, -343),
    )


@pytest.mark.postgres_only
async def test_closing_a_posting_reads_its_own_entries_alone(database: str) -> None:
    """However many there are: a connection keeps the plans that it made when there were none, until
    somebody counts the table, which nobody does here.
    """
    await sql("ALTER TABLE ledger_entries SET (autovacuum_enabled = false)")
    reads = []
    for _ in range(60):
        async with unit.transaction() as tx:
            before = await _entries_read()
            service.post_once(tx, moved(3, HERE, THERE))
            await unit.flush()
            await sql("SET CONSTRAINTS ALL IMMEDIATE")
            reads.append(await _entries_read() - before)
    assert max(reads) < 20


async def _entries_read() -> int:
    """How many entries this connection has found by an index since it last told."""
    (told,) = await fetch(
        "SELECT idx_tup_fetch AS n FROM pg_stat_xact_user_tables"
        " WHERE relname = 'ledger_entries'"
    )
    return int(told["n"])


@pytest.mark.usefixtures("database")
async def test_whether_a_vendor_owes_is_read_from_the_sums() -> None:
    """Nothing is written for it, but where the transaction itself has changed what is owed."""
    vendor, other = (await make_vendor()).id, (await make_vendor()).id
    owed, held = Account.VENDOR_RECEIVABLE, Account.VENDOR_PAYABLE
    async with unit.transaction() as tx:
        assert not await service.owes(tx, vendor)
        service.post_once(tx, moved(5, owed, held, vendor=vendor))
        assert await service.owes(tx, vendor)
        assert not await service.owes(tx, other)
    async with unit.transaction() as tx:
        service.post_once(tx, moved(5, HERE, THERE))
        assert await service.owes(tx, vendor)
        assert LedgerEntry._meta.db_table in tx.unwritten()
        service.post_once(tx, moved(5, held, owed, vendor=vendor))
        assert not await service.owes(tx, vendor)
    async with unit.transaction() as tx:
        assert not await service.owes(tx, vendor)
