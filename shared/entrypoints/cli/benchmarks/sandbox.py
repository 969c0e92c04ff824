"""Benchmarks of the Stripe stand-in, over HTTP and from outside, as everybody uses it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.bootstrap import ROOT

STORED = 10_000
_BATCH = 250
_ROUNDS = 4
_STARTS = 5
_KEY = {"Authorization": "Bearer sk_test_bench"}
# Serves on a free port, and tells for each line on its input how much processor time it has used.
_SERVER = """
import asyncio, sys, threading, time
from shared.sandbox.config import SandboxConfig
from shared.sandbox.server import at_port, listen, serve
door = listen("127.0.0.1", 0)
config = at_port(SandboxConfig(database=sys.argv[1], base_url="", seed=1), door)
print(door.getsockname()[1], flush=True)
def tell():
    for _ in sys.stdin:
        print(time.process_time(), flush=True)
threading.Thread(target=tell, daemon=True).start()
asyncio.run(serve(config, host="", port=0, doorway=door))
"""
_ACCOUNT = {
    "country": "LU",
    "controller[stripe_dashboard][type]": "express",
    "controller[fees][payer]": "application",
    "controller[losses][payments]": "application",
    "capabilities[transfers][requested]": "true",
    "capabilities[card_payments][requested]": "true",
}


class _Served:
    """A stand-in in a process of its own, its state in a file as usual."""

    def __init__(self, folder: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, str(Path(folder) / "stripe.sqlite3")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._connection = http.client.HTTPConnection(
            "127.0.0.1",
            int(self._line()),
            timeout=60,
        )

    def __enter__(self) -> Self:
        self._account = self._post("/v1/accounts", urlencode(_ACCOUNT))["id"]
        self._post(f"/_control/accounts/{self._account}", '{"complete": true}')
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        self._process.terminate()
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def _post(
        self,
        path: str,
        body: str,
    ) -> dict[str, Any]:
        headers = {
            **_KEY,
            "Content-Type": "application/x-www-form-urlencoded",
            "Idempotency-Key": str(uuid.uuid4()),
        }
        self._connection.request("POST", path, body, headers)
        answer = self._connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {told}")
        return told

    def _used(self) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(self._line())

    def pay(
        self,
        times: int,
    ) -> tuple[float, float]:
        """Pay so often; milliseconds of processor time per payment for create and confirm, and for
        what settles.
        """
        start = self._used()
        for number in range(times):
            new = {
                "amount": 1000 + number,
                "currency": "usd",
                "transfer_data[destination]": self._account,
                "application_fee_amount": 100,
                "metadata[order]": number,
            }
            intent = self._post("/v1/payment_intents", urlencode(new))["id"]
            paid = {
                "payment_method": "pm_card_visa",
                "return_url": "https://shop.test/",
            }
            self._post(f"/v1/payment_intents/{intent}/confirm", urlencode(paid))
        middle = self._used()
        self._post("/_control/clock/advance", '{"seconds": 1}')
        end = self._used()
        return (middle - start) / times * 1000, (end - middle) / times * 1000

    def median(self) -> tuple[float, float]:
        """The same for a few batches, the median of each part."""
        rounds = [self.pay(_BATCH) for _ in range(_ROUNDS)]
        return statistics.median(r[0] for r in rounds), statistics.median(
            r[1] for r in rounds
        )


def payment() -> list[Measured]:
    """Processor time of a destination charge, in an empty stand-in and in one that holds 10,000
    payments.
    """
    with tempfile.TemporaryDirectory() as folder, _Served(folder) as served:
        served.pay(_BATCH // 2)  # the first ones compile and import
        paid, settled = served.median()
        for _ in range(STORED // 1000):
            served.pay(1000)
        paid_then, settled_then = served.median()
    whole, then = paid + settled, paid_then + settled_then
    name, bar = f"the same with {STORED:,} stored", Bar(1.2, is_most=True)
    return [
        Measured("stand-in: create and confirm", paid, "ms"),
        Measured("stand-in: settling after it", settled, "ms"),
        Measured(
            name,
            then,
            "ms",
            then / whole,
            "an empty one",
            bar,
        ),
    ]


def start() -> list[Measured]:
    """How long the stand-in takes from nothing to its first answer, against a Python that imports
    asyncio and sqlite3.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = str(Path(folder) / "stripe.sqlite3")
        _first_answer(database)  # the first run compiles
        rounds = [(_first_answer(database), _bare()) for _ in range(_STARTS)]
    wall, used, bare = (
        statistics.median(values)
        for values in zip(
            *((*r[0], r[1]) for r in rounds),
            strict=True,
        )
    )
    python = "Python with asyncio and sqlite3"
    return [
        Measured(
            "stand-in: first answer",
            wall * 1000,
            "ms",
            wall / bare,
            python,
        ),
        Measured("stand-in: its processor time", used * 1000, "ms"),
    ]


def _bare() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import asyncio, sqlite3"], check=True)
    return time.perf_counter() - began


def _first_answer(database: str) -> tuple[float, float]:
    """Seconds until the first answer, and seconds of processor time until then and for the way
    down.
    """
    port = _free_port()
    before, began = _processor_time(), time.perf_counter()
    command = [sys.executable, "-m", "shared.sandbox"]
    command += ["--port", str(port), "--database", database]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            time.sleep(0.002)
        took = time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()
    return took, _processor_time() - before


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _processor_time() -> float:
    """Seconds that our child processes have used so far."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(
        "127.0.0.1",
        port,
        timeout=30,
    )
    try:
        connection.request("GET", "/v1/balance", headers=_KEY)
        connection.getresponse().read()
    except ConnectionRefusedError:
        return False
    finally:
        connection.close()
    return True
