"""A process that has loaded what every test run loads, and makes a child of itself for each run:
seconds less per mutant.

It reads a line of JSON per run (`tree`, `arguments` for pytest, `output`, `patience` in seconds,
`template`) and answers with one: pytest's exit status, or null when the run did not end in time.
Nothing of ours is loaded here: the child loads it from its tree, with whatever was changed there.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

# What tests and application load from elsewhere; most of a short run's time goes into it.
HEAVY = (
    "hypothesis.stateful",
    "pytest",
    "pytest_asyncio.plugin",
    "pytest_timeout",
    "xdist.plugin",
    "aiohttp",
    "aiosqlite",
    "argon2",
    "asyncpg",
    "babel.numbers",
    "hypercorn.asyncio",
    "jinja2_fragments",
    "pydantic",
    "quart",
    "quart_rate_limiter",
    "quart_schema",
    "reportlab.platypus",
    "stripe",
    "tortoise.migrations",
    "wtforms",
)


def main() -> None:
    """Serve until the other side closes."""
    del sys.path[0]  # this folder: its modules would stand before the tree's
    sys.dont_write_bytecode = (
        True  # a changed file may be as long and as old as the one before it
    )
    for name in HEAVY:
        with contextlib.suppress(
            ImportError
        ):  # then the child loads it, or does without
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)


def run(asked: dict[str, Any]) -> int | None:
    """Run pytest in a child; its exit status, or None when it had to be ended."""
    child = os.fork()
    if child == 0:
        try:
            status = _work(
                **{
                    name: asked[name]
                    for name in ("tree", "arguments", "output", "template")
                }
            )
        except BaseException as error:
            print(f"ERROR {type(error).__name__}: {error}", flush=True)
            status = 2
        sys.stdout.flush()
        os._exit(status)
    until = time.monotonic() + float(asked["patience"])
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _work(tree: str, arguments: list[str], output: str, template: str) -> int:
    """In the child: a session of its own, the tree as the working folder, and pytest."""
    os.setsid()
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(tree)
    sys.path.insert(0, tree)
    import pytest
    from hypothesis import Phase, settings

    # That an example fails is enough; the search for the smallest one that does takes a minute.
    settings.register_profile(
        "noticing", phases=(Phase.explicit, Phase.generate), database=None
    )
    settings.load_profile("noticing")
    database = importlib.import_module("tests.support.database")

    def copied(folder: Path) -> Path:
        return Path(shutil.copy(template, folder / "template.sqlite3"))

    database.sqlite_template = copied  # type: ignore[attr-defined]
    return int(pytest.main(arguments))


if __name__ == "__main__":
    main()
