"""The first start, with one command: everything is made and filled, or a sentence says why not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.started import KEPT_OUT, ROOT, Site, environment, rows_in, site


def test_the_demo_marketplace_is_filled_once_and_survives_a_restart(
    tmp_path: Path,
) -> None:
    """Logins and addresses are printed; a stop is clean and takes the stand-in along; a restart
    loses and repeats nothing.

    What is written is for its own user alone: databases, their logs, mails, the key; also what an
    older version left open.
    """
    folder = tmp_path / "var"
    with site(tmp_path) as first:
        assert "Market tote" in first.get("/shops/atelier-luxe")
        assert "owner@atelier-luxe.test" in first.log.read_text()
        assert "WELCOME10 at Atelier Luxe" in first.log.read_text()
        assert first.sandbox_is_up()
        _wait_for_mails(folder)
        assert _open_to_others(folder) == []
        assert first.stop() == 0
        assert not first.sandbox_is_up()
        assert "Traceback" not in first.log.read_text()
    before = rows_in(tmp_path)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with site(tmp_path) as second:
        assert _open_to_others(folder) == []
        assert "Filling" not in second.log.read_text()
        assert second.stop(signal.SIGINT) == 0
    assert rows_in(tmp_path) == before
    assert before["vendors"] == 4
    assert before["discounts"] == 2
    assert before["payments"] == before["orders"] == 18


def _open_to_others(folder: Path) -> list[str]:
    names = {path.name for path in folder.rglob("*")}
    assert {
        "markethall.sqlite3",
        "markethall.sqlite3-wal",
        "stripe-stand-in.sqlite3",
        "secret-key",
    } <= names
    return [
        str(path)
        for path in (folder, *folder.rglob("*"))
        if path.stat().st_mode & 0o077
    ]


def _wait_for_mails(folder: Path) -> None:
    deadline = time.monotonic() + 60
    while not list(folder.glob("mail/*.eml")):
        assert time.monotonic() < deadline, "no mail was written"
        time.sleep(0.1)


def test_a_killed_first_start_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """SIGKILL in the middle of the demo: the stand-in goes too, and the next start ends with the
    same marketplace.
    """
    started = Site(tmp_path)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and rows_in(tmp_path).get("orders", 0) < 3:
        time.sleep(0.02)
    started.process.kill()
    started.process.wait()
    assert 3 <= rows_in(tmp_path)["orders"] <= 18
    for _ in range(100):
        if not started.sandbox_is_up():
            break
        time.sleep(0.05)
    assert not started.sandbox_is_up()
    with site(tmp_path) as again:
        assert "Market tote" in again.get("/shops/atelier-luxe")
    counts = rows_in(tmp_path)
    assert (
        counts["vendors"],
        counts["orders"],
        counts["members"],
        counts["customers"],
    ) == (
        4,
        18,
        5,
        1,
    )


def test_an_old_python_is_told_so() -> None:
    """A sentence, not a syntax error: run.py itself is plain enough for Python 3.7."""
    import ast

    ast.parse((ROOT / "run.py").read_text(), feature_version=(3, 7))
    code = (
        "import sys; sys.version_info = (3, 9, 2); import run; sys.exit(run.main([]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "needs Python 3.11" in done.stdout


def _started(folder: Path, clone: Path, *, seconds: int) -> str:
    """What a start in a clone says, which has so long to answer; it is stopped again."""
    site = Site(
        folder,
        "--no-demo",
        root=clone,
        python=getattr(sys, "_base_executable", sys.executable),
        environ={"MARKETHALL_NO_BOOTSTRAP": "0"},
    )
    try:
        site.wait(seconds)
        said = site.log.read_text()
        assert site.stop() == 0
    finally:
        site.process.kill()
        site.process.wait()
    return said


@pytest.mark.slow
def test_a_fresh_clone_starts_with_one_command(tmp_path: Path) -> None:
    """No .venv: it is made, the locked packages are installed and the site answers; the second
    start installs nothing.
    """
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=KEPT_OUT)
    assert "Installing" in _started(tmp_path, clone, seconds=170)
    assert "Install" not in _started(tmp_path, clone, seconds=60)


def test_a_first_start_without_a_network_is_a_sentence(tmp_path: Path) -> None:
    """pip cannot reach its index: what to do, and no traceback.

    Nothing half made counts as done.
    """
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=KEPT_OUT)
    base = getattr(sys, "_base_executable", sys.executable)
    dead = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_CONFIG_FILE": os.devnull,
    }
    dead |= {
        "PIP_FIND_LINKS": "",
        "PIP_EXTRA_INDEX_URL": "",
        "MARKETHALL_NO_BOOTSTRAP": "0",
    }
    done = subprocess.run(
        [base, "run.py", "migrate"],
        cwd=clone,
        env=environment(**dead),
        capture_output=True,
        text=True,
        check=False,
        timeout=170,
    )
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((clone / ".venv").glob("markethall-*.lock"))
