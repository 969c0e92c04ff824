"""How a serving process begins and ends: alone on a SQLite file, and with its requests before its
database.
"""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import run
from shared.entrypoints.cli.main import main
from shared.entrypoints.cli.options import Composition
from shared.infra.database.migrate import migrate
from tests.support.ports import free_port
from tests.support.started import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PARTS = Composition(run.compose, run.job_handlers, run.recurring_jobs)
SERVES = """
import sys
from shared.infra.database.owner import sole
with sole(sys.argv[1]):
    print("serving", flush=True)
    sys.stdin.read()
"""
# The whole site with one more page, which looks into the database until it has done so for long
# enough.
SLOW = """
import asyncio, sys
import run
from shared.entrypoints.cli import serving
from shared.entrypoints.cli.main import main
from shared.entrypoints.cli.options import Composition
from shared.trade.vendors.models import Vendor
from shared.entrypoints.web import factory
from shared.entrypoints.web.access import public

serving.GRACE_SECONDS, factory.LAST_SECONDS = 0.6, 0.5

@public
async def slow(tenths):
    for _ in range(tenths):
        await Vendor.all().count()
        await asyncio.sleep(0.1)
    return "answered"

def compose(*given, **more):
    app = run.compose(*given, **more)
    app.add_url_rule("/slow/<int:tenths>", "slow", slow)
    return app

sys.exit(main(sys.argv[1:], Composition(compose, run.job_handlers, lambda: ())))
"""
FAILS = """
import sys
import run
from shared.entrypoints.cli.main import main
from shared.entrypoints.cli.options import Composition

async def breaks(app):
    raise RuntimeError("this part cannot start")
    yield

def compose(*given, **more):
    return run.compose(*given, **{**more, "while_serving": [breaks]})

sys.exit(main(sys.argv[1:], Composition(compose, run.job_handlers, run.recurring_jobs)))
"""


@contextmanager
def served_elsewhere(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process serves this database."""
    command = [sys.executable, "-c", SERVES, url]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "serving\n"
        yield other
        other.kill()


@pytest.mark.sqlite_only
def test_a_sqlite_file_is_served_once(
    database_url: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second serve or worker: a sentence and 2, and nothing has begun.

    Short commands go on; a killed owner is none.
    """
    monkeypatch.setenv("MARKETHALL_DATABASE_URL", database_url)
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_of_somebody")
    monkeypatch.setenv("STRIPE_PUBLISHABLE_KEY", "pk_test_of_somebody")
    there = ["--data-dir", str(tmp_path / "var")]
    with served_elsewhere(database_url) as other:
        for command in (["serve", "--port", "0", "--no-demo"], ["worker"]):
            assert main([*command, *there], PARTS) == 2
            assert gc.isenabled(), "a start that failed leaves garbage to be collected"
            assert "Another serve or worker is running" in capsys.readouterr().err
        assert main(["migrate", *there], PARTS) == 0
        other.send_signal(signal.SIGKILL)
        other.wait()
        with served_elsewhere(database_url):
            pass


def _started(script: str, folder: Path, port: int) -> subprocess.Popen[str]:
    keys = {
        "STRIPE_SECRET_KEY": "sk_test_of_somebody",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_of_somebody",
    }
    command = [
        sys.executable,
        "-c",
        script,
        "serve",
        "--port",
        str(port),
        "--data-dir",
        str(folder),
    ]
    given = environment(
        **keys, STRIPE_API_BASE="http://127.0.0.1:9", PYTHONPATH=str(ROOT)
    )
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=given,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _answers(port: int, path: str) -> str:
    """What comes back; nothing where the connection ends without an answer."""
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{port}{path}", timeout=30
        ) as answer:
            return str(answer.read().decode())
    except (OSError, urllib.error.URLError, ValueError):
        return ""


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    while not _answers(port, "/healthz"):
        assert process.poll() is None
        time.sleep(0.05)


async def test_requests_end_before_the_database(tmp_path: Path) -> None:
    """On SIGTERM a request within the grace is answered, one beyond it is cut off; neither meets a
    closed database.
    """
    await migrate(f"sqlite://{tmp_path}/markethall.sqlite3")
    port = free_port()
    found: dict[int, str] = {}

    def ask(tenths: int) -> None:
        found[tenths] = _answers(port, f"/slow/{tenths}")

    with _started(SLOW, tmp_path, port) as site:
        _wait_for(port, site)
        asking = [threading.Thread(target=ask, args=(tenths,)) for tenths in (3, 200)]
        for thread in asking:
            thread.start()
        time.sleep(0.2)  # both are under way
        site.terminate()
        _, said = site.communicate(timeout=30)
        for thread in asking:
            thread.join()
    assert site.returncode == 0, said
    assert found[3] == "answered"
    assert found[200] == ""
    for word in ("Traceback", "closed", "error"):
        assert word not in said.lower(), said


def test_a_start_that_fails_is_no_success(tmp_path: Path) -> None:
    """Hypercorn goes on without what could not start, or ends as if all were well; ours ends with a
    sentence and 1.
    """
    with _started(FAILS, tmp_path, free_port()) as site:
        _, said = site.communicate(timeout=60)
    assert site.returncode == 1, said
    assert "this part cannot start" in said
    assert said.rstrip().endswith(
        "The site could not start; what went wrong stands above."
    )
