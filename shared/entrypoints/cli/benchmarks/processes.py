"""What a signed-in page costs in each of two processes at once, against one process alone.

Two of them on two cores answer twice as much if neither waits for the other and none costs more.
The machine's cores are shared with the database and with whoever asks, whose time is left out: what
is compared is the application's own of a request, and how often the database had somebody wait for
a lock meanwhile.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks.builds import ASKED, AskedBuild, asked_build
from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.servers import (
    database_of,
    free_port,
    postgres,
    running,
)
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.demo_goods import OWNER, PASSWORD

ROUNDS, TIMES = 7, 100
_WAITED = "still waiting for"  # in PostgreSQL's log


def processes() -> list[Measured]:
    """The order list of a demo vendor."""
    with tempfile.TemporaryDirectory() as folder, _two(Path(folder)) as both:
        rounds = [_round(both) for _ in range(ROUNDS + 1)]
        waited = (Path(folder) / "log").read_text("utf-8").count(_WAITED)
    columns = zip(*rounds[1:], strict=True)  # the first one loads
    alone, at_once = map(statistics.median, columns)
    bar = Bar(1.1, is_most=True)
    return [
        Measured("order list, one process", alone, "ms"),
        Measured(
            "order list, two at once",
            at_once,
            "ms",
            at_once / alone,
            "one",
            bar,
        ),
        Measured("order list, two at once: waits for a lock", waited, ""),
    ]


def _round(builds: list[AskedBuild]) -> tuple[float, float]:
    """Milliseconds of a request, of one process and of two at once."""
    return _cost(builds[:1]), _cost(builds)


def _cost(builds: list[AskedBuild]) -> float:
    with ThreadPoolExecutor() as pool:
        took = list(pool.map(_asked, builds))
    return sum(map(sum, took)) / (TIMES * len(builds))


def _asked(build: AskedBuild) -> list[float]:
    found: list[float] = build.do(
        "ask",
        addresses.VENDOR_ORDERS,
        TIMES,
    )
    return found


@contextmanager
def _two(folder: Path) -> Iterator[list[AskedBuild]]:
    """Two applications on one PostgreSQL with the demo, signed in as one of its owners; who waits
    for a lock longer than a millisecond stands in its log.
    """
    with tempfile.TemporaryDirectory() as data, ExitStack() as stack:
        server = stack.enter_context(postgres(folder))
        around = database_of(server, folder, "market")
        stripe, port = str(free_port()), free_port()
        where = ("--sandbox-port", stripe, "--data-dir", data)
        serve = ("run.py", "serve", "--no-worker", "--port", str(port), *where)
        stack.enter_context(running(*serve, port=port, around=around))
        command = (str(ASKED), stripe, data)
        builds = [
            stack.enter_context(asked_build(ROOT, *command, more=around))
            for _ in range(2)
        ]
        for build in builds:
            build.do("sign-in", addresses.VENDOR_SIGN_IN, OWNER, PASSWORD)
        for setting in ("log_lock_waits = on", "deadlock_timeout = '1ms'"):
            server.psql(f"ALTER SYSTEM SET {setting}")
        server.psql("SELECT pg_reload_conf()")
        yield builds
