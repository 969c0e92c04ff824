"""What comparing everything with Stripe takes in a process of its own, as a worker begins it.

The database is filled by `seed` with `BENCH_ORDERS` orders (20,000 if nobody says), of which Stripe
knows as much (bulk_at_stripe.py). Where `BENCH_BEFORE` names a checkout, its comparison is measured
beside this one. Each must find what was made to differ, and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from shared.entrypoints.cli.benchmarks.bulk_at_stripe import AT_STRIPE, ODD
from shared.entrypoints.cli.benchmarks.growth import seed
from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.servers import (
    database_of,
    free_port,
    postgres,
    running,
)
from shared.entrypoints.cli.bootstrap import ROOT

ORDERS = 20_000
MEGABYTES = 150  # more than when it began, at most
Told: TypeAlias = dict[str, float]  # by compared.py
_STRIPE = Path(__file__).with_name("bulk_at_stripe.py")
_COMPARED = Path(__file__).with_name("compared.py")


def reconciliation() -> list[Measured]:
    """Of this build, and of the one before."""
    orders = int(os.environ.get("BENCH_ORDERS", ORDERS))
    before = os.environ.get("BENCH_BEFORE")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(postgres(Path(folder)))
        around = database_of(server, Path(folder), "orders")
        port = stack.enter_context(_at_stripe(server, folder, around, orders))
        asked = (port, folder, around, orders)
        now = _compared(ROOT, *asked)
        then = _compared(Path(before), *asked) if before else None
    return list(_measured(f"comparing {orders:,} orders", now, then))


def _measured(
    name: str,
    now: Told,
    then: Told | None,
) -> Iterator[Measured]:
    bar, bound = Bar(1, is_most=True), f"{MEGABYTES} MB"
    more = now["more"] / 1024
    yield Measured(
        f"{name}: memory", more, "MB above idle", more / MEGABYTES, bound, bar
    )
    if then is None:
        yield Measured(f"{name}: processor", now["processor"], "s")
        return
    for key, unit in (("more", "KiB above idle"), ("processor", "s")):
        yield Measured(
            f"{name}: {unit}", now[key], unit, now[key] / then[key], "before"
        )


@contextmanager
def _at_stripe(
    server: Any, folder: str, around: dict[str, str], orders: int
) -> Iterator[str]:
    """Fill the database, and let Stripe know of it; the port where it answers."""
    vendors = max(orders // 1000, 1)
    seed(folder, around, {"vendors": vendors, "orders": orders})
    for statement in (*AT_STRIPE, "VACUUM ANALYZE"):
        server.psql(f"\\c orders\n{statement};")
    port = free_port()
    command = (str(_STRIPE), str(port), around["MARKETHALL_DATABASE_URL"])
    with running(*command, port=port, around=around):
        yield str(port)


def _compared(
    root: Path,
    port: str,
    folder: str,
    around: Mapping[str, str],
    orders: int,
) -> Told:
    ended = subprocess.run(
        [sys.executable, str(_COMPARED), port, folder],
        cwd=root,
        check=True,
        stdout=subprocess.PIPE,
        env={
            **os.environ,
            **around,
            "MARKETHALL_NO_BOOTSTRAP": "1",
            "PYTHONPATH": str(root),
        },
    )
    told: Told = json.loads(ended.stdout)
    if told["found"] != orders // ODD:
        raise RuntimeError(f"found {told['found']} of {orders // ODD} differences")
    return told
