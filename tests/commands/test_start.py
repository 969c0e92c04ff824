"""Starts in each circumstance: with a real key, in production, in several processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests.support.database import Postgres
from tests.support.knocking import wrong_passwords
from tests.support.ports import free_port
from tests.support.started import ROOT, environment, rows_in, run, site


@pytest.fixture
def migrated(tmp_path: Path, sqlite_file: Path) -> Path:
    """A data folder whose database has its tables: making them is most of a short command."""
    (tmp_path / "var").mkdir(mode=0o700)
    shutil.copyfile(sqlite_file, tmp_path / "var" / "markethall.sqlite3")
    return tmp_path


def test_a_database_elsewhere_and_its_backup_are_private_too(tmp_path: Path) -> None:
    """A SQLite file outside the data folder, and the copy that is made of it before a migration."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    address = {"MARKETHALL_DATABASE_URL": f"sqlite://{elsewhere / 'shop.sqlite3'}"}
    command = ("migrate", "--data-dir", str(tmp_path / "var"))
    assert run(*command, **address).returncode == 0
    with closing(sqlite3.connect(elsewhere / "shop.sqlite3")) as db, db:
        last = "SELECT name FROM tortoise_migrations ORDER BY id DESC LIMIT 1"
        db.execute(f"DELETE FROM tortoise_migrations WHERE name = ({last})")
    (elsewhere / "shop.sqlite3").chmod(0o644)
    run(*command, **address)  # copies, and cannot apply the same migration twice
    copies = [path.name for path in elsewhere.glob("shop.before-migration-*")]
    assert len(copies) == 1
    assert [
        path.name for path in elsewhere.iterdir() if path.stat().st_mode & 0o077
    ] == []


def test_with_a_real_key_nothing_of_the_stand_in_is_loaded(migrated: Path) -> None:
    """No child process, no demo, no made-up keys; the pages come up although Stripe cannot be
    reached from here.
    """
    keys = {
        "STRIPE_SECRET_KEY": "sk_test_of_somebody",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_of_somebody",
    }
    with site(
        migrated, **keys, STRIPE_API_BASE=f"http://127.0.0.1:{free_port()}"
    ) as real:
        assert not real.sandbox_is_up()
        assert psutil.Process(real.process.pid).children() == []
        assert "Test mode: no real money moves" in real.get("/")
        assert real.stop() == 0
        assert "stand-in" not in real.log.read_text()
    assert rows_in(migrated)["vendors"] == 0


def test_a_taken_port_is_a_sentence(tmp_path: Path) -> None:
    """For the site and for the stand-in; nothing has been changed by then."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for flags, advice in (
            (("--port", port), "--port"),
            (("--port", str(free_port()), "--sandbox-port", port), "--sandbox-port"),
        ):
            done = run("--data-dir", str(tmp_path / "var"), *flags)
            assert done.returncode == 2
            assert done.stderr.startswith(f"Port {port} is taken")
            assert advice in done.stderr
            assert "Traceback" not in done.stderr
    assert not (tmp_path / "var" / "markethall.sqlite3").exists()


@pytest.mark.parametrize("command", ["serve", "worker", "migrate", "doctor"])
def test_incomplete_production_settings_are_a_sentence_each(
    tmp_path: Path, command: str
) -> None:
    """Every missing one is named, nothing starts."""
    done = run(command, "--data-dir", str(tmp_path), MARKETHALL_ENV="production")
    assert done.returncode == 2
    assert "MARKETHALL_PUBLIC_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_several_web_processes_need_postgresql(tmp_path: Path) -> None:
    """One clear sentence on SQLite."""
    done = run("--workers", "2", "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "PostgreSQL" in done.stderr


def test_two_web_processes_and_a_worker_share_one_postgresql(
    tmp_path: Path, postgres_ready: Postgres
) -> None:
    """The same site from any of them; a process that dies is replaced; jobs are done by the worker;
    passwords are counted together; a stop stops all.
    """
    url = asyncio.run(
        postgres_ready.create(f"serve_{os.getpid()}", template="migrated")
    )
    with site(
        tmp_path, "--workers", "2", "--no-worker", MARKETHALL_DATABASE_URL=url
    ) as running:
        children = _children(running.process.pid)
        assert len(children) == 2
        # Not eight at each.
        assert wrong_passwords(running.port, children, 12) == [422] * 8 + [429] * 4
        os.kill(children[0], signal.SIGKILL)
        for _ in range(20):
            assert "Market tote" in running.get("/shops/atelier-luxe")
        deadline = time.monotonic() + 60
        while len(_children(running.process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(_children(running.process.pid)) == 2
        worker = subprocess.Popen(
            [
                sys.executable,
                "run.py",
                "worker",
                "--data-dir",
                str(tmp_path / "var"),
                "--sandbox-port",
                str(running.sandbox_port),
            ],
            cwd=ROOT,
            env=environment(MARKETHALL_DATABASE_URL=url),
            stdout=subprocess.PIPE,
            text=True,
        )
        while (
            not list((tmp_path / "var").glob("mail/*.eml"))
            and time.monotonic() < deadline
        ):
            time.sleep(0.1)
        worker.terminate()
        out, _ = worker.communicate(timeout=20)
        assert out.endswith("Stopped.\n")
        assert list((tmp_path / "var").glob("mail/*.eml"))
        assert running.stop() == 0
        assert "Traceback" not in running.log.read_text()


def _children(pid: int) -> list[int]:
    """The web processes of a supervisor (not its stand-in)."""
    return [
        c.pid for c in psutil.Process(pid).children() if "--listener" in c.cmdline()
    ]


_KEEPING = """
import subprocess, sys
from pathlib import Path
from shared.entrypoints.cli import bootstrap
bootstrap.VENV = Path(sys.argv[1])
bootstrap.COMPILED = bootstrap.VENV / "compiled"
bootstrap.keep_compiled()
sys.path.insert(0, sys.argv[2])
import ours
subprocess.run([sys.executable, "-c", "import theirs"], cwd=sys.argv[2], check=True)
"""


def test_what_python_compiles_is_kept_where_it_may_leave_nothing_beside_the_source(
    tmp_path: Path,
) -> None:
    """PYTHONDONTWRITEBYTECODE, as images of containers set it, would have each start compile every
    module anew. Child processes keep theirs too.
    """
    source, venv = tmp_path / "source", tmp_path / "venv"
    source.mkdir()
    venv.mkdir()
    for name in ("ours", "theirs"):
        (source / f"{name}.py").write_text("")
    around = environment(PYTHONDONTWRITEBYTECODE="1")
    around.pop("PYTHONPYCACHEPREFIX", None)  # of the run that this test is in
    subprocess.run(
        [sys.executable, "-c", _KEEPING, str(venv), str(source)],
        cwd=ROOT,
        env=around,
        check=True,
        timeout=100,
    )
    kept = {path.name.partition(".")[0] for path in venv.glob("compiled/**/*.pyc")}
    assert {"ours", "theirs"} <= kept
    assert {path.name for path in source.iterdir()} == {"ours.py", "theirs.py"}


def test_an_operator_is_made_once(migrated: Path) -> None:
    """The password comes from standard input where there is no terminal."""
    command = [
        sys.executable,
        "run.py",
        "operator",
        "boss@example.test",
        "--data-dir",
        str(migrated / "var"),
    ]
    for code in (0, 2):
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment(),
            input="a long pass phrase\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_bulk_data_is_what_was_asked_for(migrated: Path) -> None:
    """Vendors, products and paid orders in the tables, and a second run adds to them."""
    for _ in range(2):
        done = run(
            "seed",
            "--vendors",
            "3",
            "--products",
            "7",
            "--orders",
            "11",
            "--data-dir",
            str(migrated / "var"),
        )
        assert done.returncode == 0, done.stderr
    counts = rows_in(migrated)
    assert (counts["vendors"], counts["orders"], counts["payments"]) == (6, 22, 22)
