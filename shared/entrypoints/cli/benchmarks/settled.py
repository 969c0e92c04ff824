"""What a settled payment costs the server that Stripe tells of it, Hypercorn included.

Held against the webhook of the project's first design and a bare insert
(tests/benchmarks/original.py), each served by Hypercorn with the same settings, on the same engine,
and against an older build: `BENCH_BEFORE` names the folder of its checkout. All are told in turns,
over one connection each; the costs are the processor's time of the server's process, so neither the
database's server nor the stand-in is in them. How often each answers is told as well.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, TypeAlias

from shared.core.frozen import frozen
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.paid_order import (
    ADDRESSES,
    ORIGINAL,
    SIGNED_WITH,
    WALK,
)
from shared.entrypoints.cli.benchmarks.served import SERVED
from shared.entrypoints.cli.benchmarks.servers import (
    database_of,
    free_port,
    postgres,
    processor_of,
    running,
)
from shared.entrypoints.cli.bootstrap import ROOT

PAYMENTS, TURNS = 240, 24
_NOW, _BEFORE = "now", "before"
_DESIGN, _INSERT = "the first design", "a bare insert"
_WARM = 40  # payments more, of which nothing is measured: what is loaded late is loaded then
Event: TypeAlias = dict[str, Any]
# A new database by its name: what an application's environment says of it, and its address.
NewDatabase: TypeAlias = Callable[[str], tuple[dict[str, str], str]]


@frozen
class TellingCost:
    """What one request costs: milliseconds of the server's processor, and of the clock."""

    processor: float
    clock: float


class ToldServer:
    """A server that is told of events, and what that cost it so far."""

    def __init__(
        self,
        process: int,
        port: int,
        path: str,
        secret: str,
    ) -> None:
        self._process = process
        self._path = path
        self._secret = secret
        self._line = HTTPConnection("127.0.0.1", port, timeout=60)
        self._used = self._took = 0.0
        self._times = 0

    @property
    def cost(self) -> TellingCost:
        """Of one request, the mean."""
        thousandth = 1000 / self._times
        return TellingCost(self._used * thousandth, self._took * thousandth)

    def tell(
        self,
        events: list[Event],
        *,
        measured: bool,
    ) -> None:
        """Send them one after the other. Raises RuntimeError for any answer but 200."""
        bodies = [json.dumps(event).encode() for event in events]
        signatures = [self._signature(body) for body in bodies]
        sent = list(zip(bodies, signatures, strict=True))
        used, started = processor_of(self._process), time.perf_counter()
        for body, signature in sent:
            self._send(body, signature)
        if measured:
            self._took += time.perf_counter() - started
            self._used += processor_of(self._process) - used
            self._times += len(events)

    def _send(self, body: bytes, signature: str) -> None:
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature}
        self._line.request("POST", self._path, body, headers)
        answer = self._line.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{self._path}: {answer.status} {said[:500]!r}")

    def _signature(self, body: bytes) -> str:
        now = int(time.time())
        said = f"{now}.".encode() + body
        keyed = hmac.new(self._secret.encode(), said, hashlib.sha256)
        return f"t={now},v1={keyed.hexdigest()}"


@frozen
class ToldMarket:
    """A build that serves, the port of its stand-in, and what it has not been told of."""

    told: ToldServer
    stripe: str
    events: list[Event]


def settled() -> list[Measured]:
    """On both engines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        found = _measure("SQLite", path / "files", _files(path))
        with postgres(path / "server") as server:
            databases = _databases(server, path / "server")
            found += _measure("PostgreSQL", path / "beside", databases)
    return found


def _files(folder: Path) -> NewDatabase:
    def new(name: str) -> tuple[dict[str, str], str]:
        return {}, f"sqlite://{folder / name}.sqlite3"

    return new


def _databases(server: Any, folder: Path) -> NewDatabase:
    def new(name: str) -> tuple[dict[str, str], str]:
        around = database_of(server, folder, name)
        return around, around["MARKETHALL_DATABASE_URL"]

    return new


def _measure(
    engine: str,
    folder: Path,
    new: NewDatabase,
) -> list[Measured]:
    builds = {_NOW: ROOT}
    if before := os.environ.get("BENCH_BEFORE"):
        builds[_BEFORE] = Path(before)
    told: dict[str, ToldServer] = {}
    events: dict[str, list[Event]] = {}
    with ExitStack() as stack:
        for name, root in builds.items():
            around, _ = new(name)
            served = _market(root, folder / name, around)
            market = stack.enter_context(served)
            told[name], events[name] = market.told, market.events
            if name == _NOW:
                ours = market
        _, original = new("original")
        design = _first_design(folder, original, ours)
        first = stack.enter_context(design)
        events |= dict.fromkeys(first, ours.events)
        told |= first
        _in_turns(told, events)
    costs = {name: each.cost for name, each in told.items()}
    return list(_lines(engine, costs))


@contextmanager
def _market(
    root: Path,
    data: Path,
    around: dict[str, str],
) -> Iterator[ToldMarket]:
    """A build that serves its demo, with payments that Stripe has not told it of."""
    port, stripe = free_port(), str(free_port())
    around.setdefault("MARKETHALL_SECRET_KEY", "b" * 64)
    ports = ("--port", str(port), "--sandbox-port", stripe)
    where = (*ports, "--data-dir", str(data))
    serve = (str(SERVED), "serve", "--no-worker", *where)
    with running(*serve, port=port, root=root, around=around) as process:
        paid = _paid(root, stripe, data, around)
        told = ToldServer(process, port, addresses.PLATFORM_EVENTS, paid["secret"])
        yield ToldMarket(told, stripe, paid["events"])


def _paid(
    root: Path,
    stripe: str,
    data: Path,
    around: dict[str, str],
) -> Any:
    """What walk.py says of payments that it has made."""
    orders, pages = str(PAYMENTS + _WARM), json.dumps(ADDRESSES)
    given = (stripe, str(data), orders, pages, "pay")
    ran = subprocess.run(
        [sys.executable, str(WALK), *given],
        cwd=root,
        env={**os.environ, **around, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(ran.stdout.splitlines()[-1])


@contextmanager
def _first_design(
    folder: Path,
    database: str,
    market: ToldMarket,
) -> Iterator[dict[str, ToldServer]]:
    """Its webhook, for the same payments, and beside it the bare insert."""
    payments, port = folder / "payments.json", free_port()
    payments.write_text(json.dumps(market.events))
    command = (str(ORIGINAL), database, market.stripe, str(payments), str(port))
    with running(*command, port=port) as process:
        paths = {_DESIGN: "/webhooks/stripe", _INSERT: "/insert"}
        yield {
            name: ToldServer(process, port, path, SIGNED_WITH)
            for name, path in paths.items()
        }


def _in_turns(
    told: dict[str, ToldServer],
    events: dict[str, list[Event]],
) -> None:
    """Tell each of all its events, piece by piece; the first piece warms up."""
    size = PAYMENTS // TURNS
    begins = [0, *range(_WARM, _WARM + PAYMENTS, size)]
    for start in begins:
        end = start + size if start else _WARM
        for name, each in told.items():
            piece = events[name][start:end]
            each.tell(piece, measured=start > 0)


def _lines(
    engine: str,
    costs: dict[str, TellingCost],
) -> Iterator[Measured]:
    """What a payment costs now, and then against everything else."""
    what, bars = f"settled, {engine}", {_INSERT: Bar(0.3), _BEFORE: Bar(8)}
    if engine == "SQLite":
        bars[_DESIGN] = Bar(3)
    ours = costs.pop(_NOW)
    clock = f"{what}, of the clock"
    yield Measured(what, ours.processor, "ms")
    yield Measured(clock, ours.clock, "ms")
    for name, other in costs.items():
        yield Measured(f"{name}, {engine}", other.processor, "ms")
        yield Measured(
            what,
            ours.processor,
            "ms",
            other.processor / ours.processor,
            f"{name}, as cheap",
            bars.get(name),
        )
        yield Measured(
            clock,
            ours.clock,
            "ms",
            other.clock / ours.clock,
            f"{name}, as often",
        )
