"""What a start costs: importing and composing the application, and a whole one to its first page.

`BENCH_BEFORE` names the folder of a checkout to compare with.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.servers import free_port, processor_of, running
from shared.entrypoints.cli.bootstrap import ROOT

ROUNDS = 5
_LIBRARIES = (
    "import quart, tortoise, stripe, aiohttp, wtforms, quart_schema, hypercorn.asyncio"
)
_COMPOSED = """
import asyncio, sys
from pathlib import Path
import run
from shared.core.settings import load
from shared.infra.gateway.gateway import Gateway
import shared.infra.gateway.sdk
async def go():
    s = load({}, data_dir=Path(sys.argv[1]), dotenv=Path(sys.argv[1]) / "none")
    run.compose(s, Gateway(s.stripe))
asyncio.run(go())
"""


def start_up() -> list[Measured]:
    """How long the application takes to import and compose, against an empty Python and against
    importing its libraries; and the processor's time of `serve` until its first page is answered,
    with the demo there already.
    """
    return [*_imported(), *_served()]


def _imported() -> list[Measured]:
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):  # the first run compiles
            _seconds("-c", _COMPOSED, folder)
        rounds = [
            (
                _seconds("-c", "pass"),
                _seconds("-c", _LIBRARIES),
                _seconds("-c", _COMPOSED, folder),
            )
            for _ in range(ROUNDS)
        ]
    bare, imports, whole = map(statistics.median, zip(*rounds, strict=True))
    libraries, python = "importing its libraries", "an empty Python"
    return [
        Measured("libraries", imports * 1000, "ms", imports / bare, python),
        Measured("application", whole * 1000, "ms", whole / imports, libraries),
    ]


def _seconds(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def _served() -> list[Measured]:
    what, before = "serve to its first page", os.environ.get("BENCH_BEFORE")
    builds = [ROOT, Path(before)] if before else [ROOT]
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder) / str(number) for number, _ in enumerate(builds)]
        # The first start fills the demo, the second one compiles.
        rounds = [
            [_to_first_page(*each) for each in zip(builds, folders, strict=True)]
            for _ in range(ROUNDS + 2)
        ]
    now, *old = map(statistics.median, zip(*rounds[2:], strict=True))
    if not old:
        return [Measured(what, now, "ms")]
    bar = Bar(1, is_most=True)
    return [Measured(what, now, "ms", now / old[0], "before", bar)]


def _to_first_page(root: Path, folder: Path) -> float:
    """Milliseconds of the processor, of the serving process."""
    port = free_port()
    where = ("--port", str(port), "--sandbox-port", str(free_port()))
    serving = ("run.py", "serve", *where, "--data-dir", str(folder))
    with running(*serving, port=port, root=root) as process:
        return processor_of(process) * 1000
