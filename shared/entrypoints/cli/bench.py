"""`bench`: benchmarks, each as a ratio to a baseline measured in the same run, so that a busy
machine says the same.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import click

from shared.entrypoints.cli.benchmarks import (
    growth,
    jobs,
    ledger,
    load,
    paid_order,
    processes,
    sandbox,
    signed_in,
    signed_out,
)
from shared.entrypoints.cli.benchmarks.measured import Measured, as_json, table
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.options import CommandFailed

ROUNDS = 5


def _seconds(*command: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - started


def start_up() -> list[Measured]:
    """How long the application takes to import and compose, against an empty Python and against
    importing its libraries.
    """
    compose = (
        "from pathlib import Path\nimport run\nfrom shared.core.settings import load\nfrom "
        "shared.infra.gateway.gateway import Gateway\n"
        "import shared.infra.gateway.sdk\nimport asyncio, sys\nasync def go():\n"
        "    s = load({}, data_dir=Path(sys.argv[1]), dotenv=Path(sys.argv[1]) / 'none')\n"
        "    run.compose(s, Gateway(s.stripe))\nasyncio.run(go())"
    )
    libraries = "import quart, tortoise, stripe, aiohttp, wtforms, quart_schema, hypercorn.asyncio"
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):  # the first run compiles
            _seconds("-c", compose, folder)
        rounds = [
            (
                _seconds("-c", "pass"),
                _seconds("-c", libraries),
                _seconds("-c", compose, folder),
            )
            for _ in range(ROUNDS)
        ]
    bare, imports, whole = map(statistics.median, zip(*rounds, strict=True))
    libraries, python = "importing its libraries", "an empty Python"
    return [
        Measured("libraries", imports * 1000, "ms", imports / bare, python),
        Measured("application", whole * 1000, "ms", whole / imports, libraries),
    ]


BENCHMARKS: dict[str, Callable[[], list[Measured]]] = {
    "start-up": start_up,
    "sandbox-payment": sandbox.payment,
    "sandbox-start": sandbox.start,
    "form-load": load.form_load,
    "signed-out": signed_out.signed_out,
    "paid-order": paid_order.paid_order,
    "signed-in": signed_in.signed_in,
    "processes": processes.processes,
    "growth": growth.growth,
    "ledger": ledger.ledger,
    "jobs": jobs.jobs,
}


def bench(name: str | None) -> int:
    """Run one benchmark, or all of them; print one table, and on the last line the same as JSON."""
    if name is not None and name not in BENCHMARKS:
        raise CommandFailed(
            f"There is no benchmark {name}; there are: {', '.join(BENCHMARKS)}.", 2
        )
    found: list[Measured] = []
    for each in [name] if name else BENCHMARKS:
        print(f"{each} ...", file=sys.stderr, flush=True)
        found += BENCHMARKS[each]()
    print("\n".join(table(found)))
    print(as_json(found))
    return 0


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
def bench_command(name: str | None) -> int:
    """Run one benchmark, or all of them."""
    return bench(name)
