"""What a posting costs, against a transfer as pgledger makes it, in one PostgreSQL and in turns.

pgledger is a ledger in SQL functions that keeps each account's balance and version, and both with
each entry. What stands here is of that shape, written after its published description: it locks the
two accounts in one order, moves both balances, writes the transfer and its two entries. It is one
function, asked by one statement that commits by itself. A posting of ours has two entries as well,
and goes the way of every posting: a transaction of the application, with key, subject and activity.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeAlias

import asyncpg

from shared.core.frozen import frozen
from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.servers import postgres, processor
from shared.finance.ledger import service
from shared.finance.ledger.chart import Account, Entry, Posting
from shared.infra import unit
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.migrate import migrate
from shared.trade.vendors.models import Vendor

WORKERS = 8
ROUNDS = 7
SECONDS = 2.0  # of each side in a round
MANY = 50  # accounts, so that two seldom meet
_TRANSFER = Path(__file__).with_suffix(".sql")

Work: TypeAlias = Callable[[], Awaitable[None]]


@frozen
class PostingRate:
    """So many a second, each at so many seconds of processor time, server's and client's."""

    a_second: float
    processor: float


@frozen
class PostingCompared:
    """A posting against a transfer: as often, and how many times as cheap."""

    accounts: int
    by_rate: float
    by_processor: float
    postings_a_second: float
    milliseconds: float


def ledger() -> list[Measured]:
    """Postings against transfers, with many accounts and with three that everybody needs."""
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder)):
        found = asyncio.run(_measure(Path(folder)))
    return [line for one in found for line in _lines(one)]


def _lines(one: PostingCompared) -> list[Measured]:
    rate, cost = "a transfer, by rate", "a transfer, as cheap"
    name = f"posting, {one.accounts} accounts"
    bar = Bar(0.8 if one.accounts == MANY else 0.6)
    return [
        Measured(
            name,
            one.postings_a_second,
            "a second",
            one.by_rate,
            rate,
            bar,
        ),
        Measured(
            name,
            one.milliseconds,
            "ms each",
            one.by_processor,
            cost,
        ),
    ]


async def fresh_database(folder: Path) -> str:
    """An empty database of that server: its address."""
    connection = await asyncpg.connect(
        database="postgres", host=str(folder), user="postgres"
    )
    await connection.execute("CREATE DATABASE bench")
    await connection.close()
    pool = f"min_size={WORKERS}&max_size={WORKERS}"
    return f"postgres:///bench?host={folder}&user=postgres&{pool}"


async def _measure(folder: Path) -> list[PostingCompared]:
    url = await fresh_database(folder)
    await migrate(url)
    where = {"host": str(folder), "user": "postgres"}
    async with asyncpg.create_pool(
        database="bench", min_size=WORKERS, max_size=WORKERS, **where
    ) as raw:
        await raw.execute(_TRANSFER.read_text("utf-8"))
        await open_database(url)
        try:
            return [await _compared(raw, folder, accounts) for accounts in (MANY, 3)]
        finally:
            await close_database()


async def _compared(
    raw: asyncpg.Pool,
    folder: Path,
    accounts: int,
) -> PostingCompared:
    transfer, post = await _transfers(raw, accounts), await _postings(accounts)
    rounds: list[tuple[PostingRate, PostingRate]] = []
    for _ in range(ROUNDS + 1):
        a_transfer = await _rate(transfer, folder)
        rounds.append((a_transfer, await _rate(post, folder)))
    del rounds[0]  # statements are prepared in it
    rates = [p.a_second / t.a_second for t, p in rounds]
    costs = [t.processor / p.processor for t, p in rounds]
    return PostingCompared(
        accounts=accounts,
        by_rate=statistics.median(rates),
        by_processor=statistics.median(costs),
        postings_a_second=statistics.median(p.a_second for _, p in rounds),
        milliseconds=statistics.median(p.processor for _, p in rounds) * 1000,
    )


async def _transfers(
    raw: asyncpg.Pool,
    accounts: int,
) -> Work:
    many = "SELECT 'EUR' FROM generate_series(1, $1)"
    made = f"INSERT INTO bench_accounts (currency) {many} RETURNING id"
    ids = [row["id"] for row in await raw.fetch(made, accounts)]

    async def transfer() -> None:
        giver, taker = random.sample(ids, 2)
        await raw.fetchval("SELECT bench_transfer($1, $2, $3)", giver, taker, 55)

    return transfer


async def _postings(accounts: int) -> Work:
    places: list[tuple[Account, int | None]] = [
        (Account.STRIPE_PLATFORM, None),
        (Account.BANK_PLATFORM, None),
        (Account.STRIPE_FEES, None),
    ]
    if accounts == MANY:
        vendors = [await _vendor(n) for n in range(accounts)]
        places = [(Account.STRIPE_VENDOR, vendor) for vendor in vendors]
    numbers = iter(range(accounts * 10**9, 10**15))

    async def post() -> None:
        n = next(numbers)
        two = random.sample(places, 2)
        chosen = zip(two, (55, -55), strict=True)
        entries = tuple(
            Entry(account, amount, "EUR", f"txn_{n}", vendor)
            for (account, vendor), amount in chosen
        )
        async with unit.transaction() as tx:
            service.post_once(tx, Posting("moved", f"moved:{n}", f"order:{n}", entries))

    return post


async def _vendor(number: int) -> int:
    name = f"bench-{number}"
    row = await Vendor.create(
        slug=name, name=name, business_email=f"{name}@example.test", country="LU"
    )
    return int(row.id)


async def _rate(
    work: Work,
    folder: Path,
) -> PostingRate:
    """Let all workers do it again and again for a while."""
    done, before = 0, processor(folder)
    started = time.perf_counter()
    until = started + SECONDS

    async def worker() -> None:
        nonlocal done
        while time.perf_counter() < until:
            await work()
            done += 1

    await asyncio.gather(*(worker() for _ in range(WORKERS)))
    took = time.perf_counter() - started
    return PostingRate(done / took, (processor(folder) - before) / done)
