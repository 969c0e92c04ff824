"""What a paid order costs, step by step: from the basket to the money in the books, jobs included.

Settling is compared with the webhook of the project's first design and with a bare insert
(tests/benchmarks/original.py), on the same database of the same run. Each is asked as the server
would ask it, in a process of its own; the costs are that process's processor time, so neither
Hypercorn, the database's server nor the stand-in is in them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.servers import free_port, postgres, running
from shared.entrypoints.cli.bootstrap import ROOT

ORDERS = 40
_SETTLED = "payment_intent.succeeded"
WALK = Path(__file__).with_name("walk.py")
ADDRESSES = {
    "home": addresses.HOME,
    "checkout": addresses.CHECKOUT,
    "confirmation": addresses.CONFIRMATION,
    "events": addresses.PLATFORM_EVENTS,
}
ORIGINAL = ROOT / "tests/benchmarks/original.py"
SIGNED_WITH = "whsec_original"


def paid_order() -> list[Measured]:
    """Each step, and settling against its baselines, on both engines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        first = f"sqlite://{path / 'original.sqlite3'}"
        found = _measure("SQLite", path, first, None)
        with postgres(path / "postgres") as server:
            found += _measure(
                "PostgreSQL", path, *_databases(server, path / "postgres")
            )
    return found


def _databases(
    server: Any,
    folder: Path,
) -> tuple[str, str]:
    """The addresses of two new databases: the first design's, and ours."""
    names = ("original", "market")
    for name in names:
        server.psql(f"CREATE DATABASE {name}")
    first, ours = [f"postgres:///{name}?host={folder}&user=postgres" for name in names]
    return first, ours


def _measure(
    engine: str,
    folder: Path,
    original: str,
    database: str | None,
) -> list[Measured]:
    data, port, stripe = folder / engine, free_port(), str(free_port())
    around = {"MARKETHALL_SECRET_KEY": "b" * 64}
    if database is not None:
        around["MARKETHALL_DATABASE_URL"] = database
    ports = ["--port", str(port), "--sandbox-port", stripe]
    serve = ["run.py", "serve", "--no-worker", *ports, "--data-dir", str(data)]
    with running(*serve, port=port, around=around):
        given = [stripe, str(data), str(ORDERS), json.dumps(ADDRESSES)]
        walk = [str(WALK), *given]
        took = _asked(walk, around)
        events = json.dumps(took.pop("events"))
        first = [str(ORIGINAL), original, stripe]
        took |= _asked(first, {}, events)
    return _lines(engine, took)


def _asked(
    command: list[str],
    around: dict[str, str],
    given: str = "",
) -> Any:
    """The last line of what a script says, as JSON."""
    ran = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **around, "PYTHONPATH": str(ROOT)},
        input=given,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(ran.stdout.splitlines()[-1])


def _lines(
    engine: str,
    took: dict[str, list[float]],
) -> list[Measured]:
    bare = took.pop("insert")
    original = took.pop("original")
    costs: dict[str, float] = {
        step: statistics.median(each) for step, each in took.items()
    }
    # Some come more than once for an order; what the first request alone loads is left out.
    often = {step: len(each) / ORDERS for step, each in took.items()}
    whole = sum(cost * often[step] for step, cost in costs.items())
    settled = costs[_SETTLED]
    insert, design = statistics.median(bare), statistics.median(original)
    lines = [Measured(f"{step}, {engine}", cost, "ms") for step, cost in costs.items()]
    name, as_cheap = f"settled, {engine}", "as cheap"
    of_insert, of_design = f"a bare insert, {as_cheap}", f"the first design, {as_cheap}"
    design_bar = Bar(3) if engine == "SQLite" else None
    return [
        *lines,
        Measured(f"a whole order, {engine}", whole, "ms"),
        Measured(name, settled, "ms", insert / settled, of_insert, Bar(0.3)),
        Measured(
            name,
            settled,
            "ms",
            design / settled,
            of_design,
            design_bar,
        ),
    ]
