"""What may hold the processor and take much memory runs in a process of its own, beside pages."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from shared.entrypoints.cli import apart
from shared.entrypoints.cli.apart import FailedApart, WaitsApart, in_own_process
from shared.entrypoints.cli.options import Options
from shared.infra.jobs.models import Job
from tests.support.started import site

JOB = Job(id=1, kind="reporting.nightly", args={})


def _instead(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let the child be this."""
    command = [sys.executable, "-c", script]
    monkeypatch.setattr(apart, "working", lambda _options, _id: command)


def test_a_comparison_by_night_is_no_work_of_the_process_that_serves(
    tmp_path: Path,
) -> None:
    """It is carried out, and its log says by which process."""
    with site(tmp_path, "--no-demo", MARKETHALL_LOG_LEVEL="INFO") as serving:
        with closing(sqlite3.connect(tmp_path / "var/markethall.sqlite3")) as database:
            with database:
                now = "2026-11-01 00:00:00+00:00"
                database.execute(
                    "INSERT INTO jobs (kind, args, status, run_at, attempts, created_at,"
                    " updated_at) VALUES ('reporting.nightly', '{}', 'waiting', ?, 0, ?, ?)",
                    (now, now, now),
                )
            done = "SELECT status FROM jobs WHERE kind = 'reporting.nightly'"
            deadline = time.monotonic() + 60
            while database.execute(done).fetchone() != ("done",):
                assert time.monotonic() < deadline, serving.log.read_text()
                time.sleep(0.05)
            runs = database.execute("SELECT status, error FROM reconciliation_runs")
            assert runs.fetchall() == [("clean", None)]
        (told,) = [
            line
            for line in serving.log.read_text().splitlines()
            if "reporting.nightly runs in process" in line
        ]
        assert f"process {serving.process.pid}" not in told
        assert serving.stop() == 0


@pytest.mark.parametrize(
    ("script", "raised", "text"),
    [
        (
            """print('{"error": "LookupError: no", "waits": false}'); sys.exit(1)""",
            FailedApart,
            "LookupError: no",
        ),
        (
            """print('{"error": "StripeUnavailable", "waits": true}'); sys.exit(1)""",
            WaitsApart,
            "StripeUnavailable",
        ),
        ("import os; os.kill(os.getpid(), 9)", FailedApart, "ended with -9"),
    ],
)
async def test_what_goes_wrong_there_goes_wrong_here(
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    raised: type[Exception],
    text: str,
) -> None:
    """Also when nobody could say what; what is only away is waited for."""
    _instead(monkeypatch, f"import sys; {script}")
    with pytest.raises(raised, match=text):
        await in_own_process(Options())(JOB)


async def test_a_worker_that_is_cut_off_leaves_no_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The child is told to end, and is waited for."""
    _instead(monkeypatch, "import time; time.sleep(60)")
    task = asyncio.ensure_future(in_own_process(Options())(JOB))
    own = psutil.Process()
    while not own.children():
        await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert own.children() == []
