"""`run.py` as people type it: from a bare clone, started and stopped, killed, on taken ports, with
wrong settings.
"""

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
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.database import Postgres
from tests.support.knocking import wrong_passwords
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


@pytest.fixture
def migrated(tmp_path: Path, sqlite_file: Path) -> Path:
    """A data folder whose database has its tables: making them is most of a short command."""
    (tmp_path / "var").mkdir(mode=0o700)
    shutil.copyfile(sqlite_file, tmp_path / "var" / "markethall.sqlite3")
    return tmp_path


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
    before = _counts(tmp_path)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with site(tmp_path) as second:
        assert _open_to_others(folder) == []
        assert "Filling" not in second.log.read_text()
        assert second.stop(signal.SIGINT) == 0
    assert _counts(tmp_path) == before
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
    assert _counts(migrated)["vendors"] == 0


def test_a_killed_first_start_goes_on_where_it_stopped(tmp_path: Path) -> None:
    """SIGKILL in the middle of the demo: the stand-in goes too, and the next start ends with the
    same marketplace.
    """
    started = Site(tmp_path)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and _counts(tmp_path).get("orders", 0) < 3:
        time.sleep(0.02)
    started.process.kill()
    started.process.wait()
    assert 3 <= _counts(tmp_path)["orders"] <= 18
    for _ in range(100):
        if not started.sandbox_is_up():
            break
        time.sleep(0.05)
    assert not started.sandbox_is_up()
    with site(tmp_path) as again:
        assert "Market tote" in again.get("/shops/atelier-luxe")
    counts = _counts(tmp_path)
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
    counts = _counts(migrated)
    assert (counts["vendors"], counts["orders"], counts["payments"]) == (6, 22, 22)


@pytest.mark.slow
def test_a_fresh_clone_starts_with_one_command(tmp_path: Path) -> None:
    """No .venv: it is made, the locked packages are installed and the site answers; the second
    start installs nothing.
    """
    clone = tmp_path / "clone"
    shutil.copytree(ROOT, clone, ignore=KEPT_OUT)
    base = getattr(sys, "_base_executable", sys.executable)
    first = Site(
        tmp_path,
        "--no-demo",
        root=clone,
        python=base,
        environ={"MARKETHALL_NO_BOOTSTRAP": "0"},
    )
    try:
        first.wait(170)
        assert "Installing" in first.log.read_text()
        assert first.stop() == 0
    finally:
        first.process.kill()
        first.process.wait()
    second = Site(
        tmp_path,
        "--no-demo",
        root=clone,
        python=base,
        environ={"MARKETHALL_NO_BOOTSTRAP": "0"},
    )
    try:
        second.wait(60)
        assert "Install" not in second.log.read_text()
        assert second.stop() == 0
    finally:
        second.process.kill()
        second.process.wait()


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


def _counts(folder: Path) -> dict[str, int]:
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
