"""Getting from a bare Python to one that has the locked dependencies. Standard library only.

`.venv` beside run.py holds them. A marker file in it keeps the lock's checksum, so that a start
with nothing to install touches neither pip nor the network.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
COMPILED = VENV / "compiled"
LOCKS = Path(__file__).with_name("requirements")
_OFFLINE = (
    "NewConnectionError",
    "ConnectTimeoutError",
    "NameResolutionError",
    "name resolution",
    "Network is unreachable",
)


class CannotInstall(Exception):
    """The dependencies could not be installed; the message says why and what to do."""


def enter(kind: str, arguments: list[str]) -> int | None:
    """Make sure that the `runtime` or `test` dependencies are importable.

    None: this process has them, go on. Otherwise the command has run in another process (or could
    not), with that exit code.
    """
    if os.environ.get("MARKETHALL_NO_BOOTSTRAP") == "1":
        return None
    if _complete(kind):
        keep_compiled()
        return None
    try:
        with _one_at_a_time():
            if not _is_current(kind):
                install(kind)
    except CannotInstall as problem:
        print(f"\nMarkethall could not set itself up: {problem}", file=sys.stderr)
        return 3
    keep_compiled()
    if _inside():
        return None
    command = [str(_python()), str(ROOT / "run.py"), *arguments]
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.call(command)


def install(kind: str) -> None:
    """Make `.venv` where it is missing or of another Python, and put the locked packages into
    it.
    """
    if not _usable():
        print("Making a Python environment in .venv ...", flush=True)
        _run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            "Python's venv module did not work",
        )
    lock = _lock(kind)
    count = len(
        re.findall(
            r"^\S+==",
            lock.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    print(f"Installing {count} locked packages ({kind}) ...", flush=True)
    _pip(lock, count)
    _marker(kind).write_text(_fingerprint(kind), encoding="utf-8")
    if kind == "test":
        _marker("runtime").write_text(_fingerprint("runtime"), encoding="utf-8")


def keep_compiled() -> None:
    """Keep what Python has compiled in `.venv`, where it is to leave nothing beside the source.

    That is what PYTHONDONTWRITEBYTECODE asks for; but a start that compiles every module anew takes
    twice as long. It holds for child processes too.
    """
    if sys.dont_write_bytecode and os.access(VENV, os.W_OK):
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(COMPILED))
        sys.dont_write_bytecode = False
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"]


def _complete(kind: str) -> bool:
    """Whether this very Python has what is needed: it is our environment, or has every locked
    package in that version.
    """
    if _inside():
        return _is_current(kind)
    if VENV.exists():
        return False
    from importlib import metadata, util

    if (
        util.find_spec("quart") is None or util.find_spec("tortoise") is None
    ):  # quick no
        return False
    pins = re.findall(
        r"^([\w.-]+)==(\S+) \\$", _lock(kind).read_text(encoding="utf-8"), re.MULTILINE
    )
    try:
        return all(metadata.version(name) == version for name, version in pins)
    except metadata.PackageNotFoundError:
        return False


def _inside() -> bool:
    return Path(sys.prefix).resolve() == VENV.resolve()


def _python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _lock(kind: str) -> Path:
    return LOCKS / f"{kind}.txt"


def _marker(kind: str) -> Path:
    return VENV / f"markethall-{kind}.lock"


def _fingerprint(kind: str) -> str:
    digest = hashlib.sha256(_lock(kind).read_bytes()).hexdigest()
    return f"{sys.version_info.major}.{sys.version_info.minor} {digest}\n"


def _is_current(kind: str) -> bool:
    try:
        return (
            _marker(kind).read_text(encoding="utf-8") == _fingerprint(kind)
            and _python().exists()
        )
    except OSError:
        return False


def _usable() -> bool:
    """Whether `.venv` is an environment of this Python version with pip in it (not half made)."""
    config = VENV / "pyvenv.cfg"
    if not config.is_file() or not _python().exists():
        return False
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not re.search(
        rf"^version(_info)? = {re.escape(version)}\.",
        config.read_text(encoding="utf-8"),
        re.MULTILINE,
    ):
        return False
    return (
        subprocess.run(
            [
                str(_python()),
                "-m",
                "pip",
                "--version",
            ],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two first starts at once: the second waits for the first.

    The system frees the lock of a process that died.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    try:
        handle = (ROOT / ".venv.lock").open("w")
    except OSError as error:
        raise CannotInstall(f"{ROOT} is not writable ({error.strerror}).") from None
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _run(command: list[str], complaint: str) -> None:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        hint = (
            " On Debian and Ubuntu: apt-get install python3-venv."
            if "ensurepip" in done.stdout + done.stderr
            else ""
        )
        raise CannotInstall(
            f"{complaint}.{hint}\n{(done.stdout + done.stderr).strip()[-600:]}"
        )


_INSTALL = (
    "-m",
    "pip",
    "install",
    "--require-hashes",
    "--no-deps",
    "--only-binary=:all:",
    "--no-compile",
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar=off",
    "--retries=2",
    "--timeout=20",
    "-r",
)


def _pip(lock: Path, count: int) -> None:
    command = [str(_python()), *_INSTALL, str(lock)]
    started, seen = time.monotonic(), 0
    tail: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            tail = [*tail[-40:], line]
            if line.startswith(
                ("Collecting", "Requirement already satisfied", "Ignoring")
            ):
                seen += 1
                _show(seen, count, started)
            elif line.startswith("Installing collected"):
                _show(count, count, started)
    if sys.stdout.isatty():
        print()
    if process.returncode:
        text = "".join(tail)
        if any(sign in text for sign in _OFFLINE):
            raise CannotInstall(
                "the package index cannot be reached. Connect to the network and start again."
            )
        raise CannotInstall(
            f"pip could not install the packages.\n{text.strip()[-1500:]}"
        )
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def _show(seen: int, count: int, started: float) -> None:
    if not sys.stdout.isatty():
        return
    filled = round(30 * min(seen, count) / count)
    bar = "█" * filled + "░" * (30 - filled)
    print(
        f"\r  {bar} {min(seen, count)}/{count}  {time.monotonic() - started:.0f} s",
        end="",
        flush=True,
    )
