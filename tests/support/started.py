"""A marketplace started as a person starts it, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
KEPT_OUT = shutil.ignore_patterns(
    ".git",
    ".venv",
    ".venv.lock",
    "var",
    "__pycache__",
    ".*_cache",
    "node_modules",
    ".hypothesis",
)


def environment(**more: str) -> dict[str, str]:
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("MARKETHALL_", "STRIPE_", "PYTEST_", "VIRTUAL_ENV"))
    }
    return {**kept, "MARKETHALL_NO_BOOTSTRAP": "1", **more}


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "run.py", *arguments],
        cwd=ROOT,
        env=environment(**more),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        stdin=subprocess.DEVNULL,
    )


class Site:
    """A started `run.py serve`."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        root: Path = ROOT,
        python: str = sys.executable,
        environ: dict[str, str] | None = None,
    ) -> None:
        self.port, self.sandbox_port = free_port(), free_port()
        self.log = folder / f"log-{self.port}.txt"
        command = [
            python,
            "run.py",
            "--port",
            str(self.port),
            "--sandbox-port",
            str(self.sandbox_port),
        ]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*command, "--data-dir", str(folder / "var"), *arguments],
                cwd=root,
                env=environment(**(environ or {})),
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                umask=0o022,  # what most systems give
            )

    def get(self, path: str) -> str:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}{path}", timeout=10
        ) as answer:
            return str(answer.read().decode())

    def wait(self, seconds: float = 120) -> Site:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise AssertionError(f"no answer\n{self.log.read_text()}")

    def sandbox_is_up(self) -> bool:
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.sandbox_port)) == 0

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@contextmanager
def site(folder: Path, *arguments: str, **more: str) -> Iterator[Site]:
    started = Site(folder, *arguments, environ=more)
    try:
        yield started.wait()
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait()


def rows_in(folder: Path) -> dict[str, int]:
    path = folder / "var" / "markethall.sqlite3"
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path, timeout=10)) as db:
        tables = [
            name
            for (name,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        ]
        wanted = {
            "vendors",
            "discounts",
            "products",
            "orders",
            "payments",
            "members",
            "customers",
            "checkouts",
        }
        return {
            t: db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
            for t in tables
            if t in wanted
        }
