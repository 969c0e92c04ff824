"""What a command leaves unimported: libraries that it needs later, or never.

Importing is most of what a short command does, and of a start. How long that takes is measured by
`run.py bench start-up`; here stands what it is made of.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.started import ROOT, environment

# Asked for at the first page, the first question or the first document that needs them.
NEEDED_LATER = {
    "aiohttp",
    "asyncpg",
    "babel.messages",
    "cryptography",
    "redis",
    "reportlab",
    "requests",
    "segno",
    "stdnum",
    "stripe",
    "webauthn",
    "zxcvbn",
    "shared.infra.database.applying",
    "tortoise.migrations.autodetector",
    "tortoise.migrations.executor",
}
SITE = {"hypercorn", "jinja2", "quart", "wtforms", "portal", "storefront"}
DOMAINS = {"shared.finance", "shared.trade"}
TABLES = {"tortoise"}
SETTINGS = {"pydantic", "asyncio"}


def imported(command: subprocess.CompletedProcess[str] | str) -> set[str]:
    """The modules that a process has told on its way, and the packages they stand in."""
    told = command if isinstance(command, str) else command.stderr
    names = {
        line.rpartition("|")[2].strip()
        for line in told.splitlines()
        if line.startswith("import time:")
    }
    assert "shared.entrypoints.cli.main" in names, told[-2000:]
    return {part for name in names for part in _parts(name)}


def _parts(name: str) -> Iterable[str]:
    words = name.split(".")
    return (".".join(words[: count + 1]) for count in range(len(words)))


def started(*arguments: str) -> list[str]:
    """The command line of ours that tells what it imports; child processes do not."""
    return [sys.executable, "-X", "importtime", "run.py", *arguments]


@pytest.fixture
def folder(tmp_path: Path, sqlite_file: Path) -> Path:
    """A data folder whose database is up to date."""
    (tmp_path / "var").mkdir(mode=0o700)
    shutil.copyfile(sqlite_file, tmp_path / "var" / "markethall.sqlite3")
    return tmp_path / "var"


@pytest.mark.parametrize(
    ("arguments", "unneeded"),
    [
        (["--help"], NEEDED_LATER | SITE | DOMAINS | TABLES | SETTINGS),
        (["migrate"], NEEDED_LATER | SITE | DOMAINS),
        (["reconcile", "--help"], SITE - {"jinja2"}),  # mails are templates
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_a_short_command_imports_what_it_needs(
    arguments: list[str], unneeded: set[str], folder: Path
) -> None:
    """Not what the site shows, nor whatever else others need."""
    given = (
        arguments if "--help" in arguments else [*arguments, "--data-dir", str(folder)]
    )
    done = subprocess.run(
        started(*given),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert imported(done) & unneeded == set()


@pytest.mark.parametrize(
    ("command", "path", "unneeded"),
    [
        ("serve", "/", NEEDED_LATER | {"shared.sandbox"}),
        (
            "sandbox",
            "/v1/balance",
            NEEDED_LATER - {"stdnum"} | SITE - {"hypercorn"} | DOMAINS | TABLES,
        ),
    ],
)
def test_what_serves_imports_the_rest_after_its_first_answer(
    command: str, path: str, unneeded: set[str], folder: Path
) -> None:
    """The marketplace, and the stand-in when it runs alone."""
    log = folder / "imported.txt"
    port, stripe = free_port(), free_port()
    where = ["--data-dir", str(folder), "--sandbox-port", str(stripe)]
    asked = stripe
    if command == "serve":
        where, asked = [*where, "--port", str(port), "--no-demo"], port
    with log.open("w") as out:
        process = subprocess.Popen(
            started(command, *where),
            cwd=ROOT,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=out,
        )
    try:
        _wait_for(process, f"http://127.0.0.1:{asked}{path}")
        found = imported(log.read_text())
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert found & unneeded == set()


def _wait_for(process: subprocess.Popen[bytes], address: str) -> None:
    """Until it has answered, be it that one must say who asks."""
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            urllib.request.urlopen(address, timeout=60).close()
        except urllib.error.HTTPError as refused:
            if refused.code != 401:
                raise
        except OSError:
            time.sleep(0.02)
            continue
        return
    raise AssertionError(f"no answer at {address}")
