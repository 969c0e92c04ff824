"""How many mails a worker sends, taken and ended in batches, against one by one, in turns."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from shared.core.frozen import frozen
from shared.core.settings import load
from shared.entrypoints.cli.benchmarks import ledger
from shared.entrypoints.cli.benchmarks.measured import Measured
from shared.entrypoints.cli.benchmarks.servers import postgres
from shared.infra import unit
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.migrate import migrate
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context
from shared.infra.jobs.worker import Worker
from shared.infra.mail import service as mail
from shared.trade.marketplace.mail_sender import send

ROUNDS = 7
MAILS = 200  # of each side in a round
_TOLD = {"full_name": "Ada", "role": "owner"}


@frozen
class SentMails:
    """Seconds by the clock, and of our processor."""

    seconds: float
    processor: float


@frozen
class MailsCompared:
    """Mails in batches against mails one by one: a second, and seconds of our processor each."""

    engine: str
    by_rate: float
    by_processor: float
    mails_a_second: float
    milliseconds: float


def jobs() -> list[Measured]:
    """Mails into files, with the worker's own statements and those of each mail; on both
    databases.
    """
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder) / "postgres"):
        found = asyncio.run(_measure(Path(folder)))
    return [line for one in found for line in _lines(one)]


def _lines(one: MailsCompared) -> list[Measured]:
    rate, cost = "one by one, by rate", "one by one, as cheap"
    name = f"mails in batches, {one.engine}"
    return [
        Measured(
            name,
            one.mails_a_second,
            "a second",
            one.by_rate,
            rate,
        ),
        Measured(
            name,
            one.milliseconds,
            "ms each",
            one.by_processor,
            cost,
        ),
    ]


async def _measure(folder: Path) -> list[MailsCompared]:
    url = await ledger.fresh_database(folder / "postgres")
    return [
        await _compared("PostgreSQL", url, folder),
        await _compared("SQLite", f"sqlite://{folder}/bench.sqlite3", folder),
    ]


async def _compared(
    engine: str,
    url: str,
    folder: Path,
) -> MailsCompared:
    await migrate(url)
    settings = load(
        {},
        data_dir=folder,
        dotenv=folder / "none",
    )
    context = Context(Gateway(settings.stripe), settings)
    handlers = {send.kind: send.run}
    manners = {send.kind: send.manner}
    worker = Worker(context, handlers, (), manners)
    await open_database(url)
    try:
        rounds: list[tuple[SentMails, SentMails]] = []
        for _ in range(ROUNDS + 1):
            one_by_one = await _sent(worker, 1)
            rounds.append((one_by_one, await _sent(worker)))
    finally:
        await close_database()
    del rounds[0]  # what is loaded late is loaded in it
    rates = [one.seconds / many.seconds for one, many in rounds]
    costs = [one.processor / many.processor for one, many in rounds]
    many = statistics.median(sent.seconds for _, sent in rounds)
    cost = statistics.median(sent.processor for _, sent in rounds)
    return MailsCompared(
        engine=engine,
        by_rate=statistics.median(rates),
        by_processor=statistics.median(costs),
        mails_a_second=MAILS / many,
        milliseconds=cost / MAILS * 1000,
    )


async def _sent(
    worker: Worker,
    most: int | None = None,
) -> SentMails:
    """Put some on the list, and send them."""
    for number in range(MAILS):
        key = f"bench:{time.perf_counter_ns()}:{number}"
        async with unit.transaction() as tx:
            mail.post(
                tx, "password_changed", to="a@b.test", unique_key=key, context=_TOLD
            )
    started, used = time.perf_counter(), time.process_time()
    if most == 1:
        while await worker.run_one():
            pass
    else:
        await worker.run_due()
    took = time.perf_counter() - started
    return SentMails(took, time.process_time() - used)
