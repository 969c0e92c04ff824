"""What a signed-in page costs in each of two processes at once, against one process alone.

Two of them on two cores answer twice as much if neither waits for the other and none costs more.
The machine's cores are shared with the database and with whoever asks, so what is compared is the
processor's time of a request, the database's with it.
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
    processor,
    running,
)
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.demo_goods import OWNER, PASSWORD

ROUNDS, TIMES = 7, 100


def processes() -> list[Measured]:
    """The order list of a demo vendor."""
    with tempfile.TemporaryDirectory() as folder, _two(Path(folder)) as builds:
        rounds = [_round(builds, Path(folder)) for _ in range(ROUNDS + 1)]
    columns = zip(*rounds[1:], strict=True)  # the first one loads
    alone, both = map(statistics.median, columns)
    bar = Bar(1.1, is_most=True)
    return [
        Measured("order list, one process", alone, "ms"),
        Measured(
            "order list, two at once",
            both,
            "ms",
            both / alone,
            "one",
            bar,
        ),
    ]


def _round(
    builds: list[AskedBuild],
    folder: Path,
) -> tuple[float, float]:
    """Milliseconds of a request, of one process and of two at once."""
    return _cost(builds[:1], folder), _cost(builds, folder)


def _cost(
    builds: list[AskedBuild],
    folder: Path,
) -> float:
    before = processor(folder)
    with ThreadPoolExecutor() as pool:
        took = list(pool.map(_asked, builds))
    there = (processor(folder) - before) * 1000
    return (sum(map(sum, took)) + there) / (TIMES * len(builds))


def _asked(build: AskedBuild) -> list[float]:
    found: list[float] = build.do(
        "ask",
        addresses.VENDOR_ORDERS,
        TIMES,
    )
    return found


@contextmanager
def _two(folder: Path) -> Iterator[list[AskedBuild]]:
    """Two applications on one PostgreSQL with the demo, signed in as one of its owners."""
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
        yield builds
