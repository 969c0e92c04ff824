"""Benchmarks of the server under requests that are dear to it, from outside."""

from __future__ import annotations

import http.client
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks.measured import Measured
from shared.entrypoints.cli.benchmarks.servers import free_port, running

CLIENTS = 4
FIELDS = 64_000  # in 250 KiB, as much as a body may have
SECONDS = 8.0
LOOKS = 20
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def form_load() -> list[Measured]:
    """How long /healthz takes while four clients send forms of 64,000 fields, against how long it
    takes alone.
    """
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        stripe = ["--sandbox-port", str(free_port())]
        options = ["--port", str(port), *stripe, "--no-demo", "--data-dir", folder]
        with running("run.py", "serve", *options, port=port):
            return _report(port)


def _report(port: int) -> list[Measured]:
    for path in (
        addresses.HOME,
        addresses.SHOPPER_SIGN_IN,
    ):  # what is loaded late is loaded now
        _ask(port, "GET", path)
    quiet = [_timed(port) for _ in range(LOOKS)]
    stop = threading.Event()
    answered: dict[int, int] = {}
    clients = [
        threading.Thread(target=_send_forms, args=(port, stop.is_set, answered))
        for _ in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    loaded, end = [], time.monotonic() + SECONDS
    while time.monotonic() < end:
        loaded.append(_timed(port))
        time.sleep(0.05)
    stop.set()
    for client in clients:
        client.join()
    forms = sum(answered.values()) / SECONDS
    return _lines(quiet, loaded, forms)


def _lines(
    quiet: list[float],
    loaded: list[float],
    forms: float,
) -> list[Measured]:
    before, during = statistics.median(quiet), statistics.median(loaded)
    name, alone, most = f"{addresses.ALIVE} under load", "it alone", max(loaded)
    return [
        Measured(
            name,
            during * 1000,
            "ms",
            during / before,
            alone,
        ),
        Measured(
            f"{name}, at worst",
            most * 1000,
            "ms",
            most / before,
            alone,
        ),
        Measured("forms of 64,000 fields answered meanwhile", forms, "a second"),
    ]


def _send_forms(
    port: int,
    is_over: Callable[[], bool],
    answered: dict[int, int],
) -> None:
    body = b"a=1&" * FIELDS
    while not is_over():
        try:
            status = _ask(port, "POST", addresses.SHOPPER_SIGN_IN, body)
        except OSError:
            continue
        answered[status] = answered.get(status, 0) + 1


def _timed(port: int) -> float:
    started = time.perf_counter()
    _ask(port, "GET", addresses.ALIVE)
    return time.perf_counter() - started


def _ask(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
) -> int:
    line = http.client.HTTPConnection(
        "127.0.0.1",
        port,
        timeout=60,
    )
    headers: dict[str, Any] = _FORM if body else {}
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        answer.read()
        return answer.status
    finally:
        line.close()
