"""`run.py test`: pytest with three processes for two cores, unless the arguments say otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import click

from shared.entrypoints.cli.bootstrap import ROOT


def run_tests(arguments: list[str]) -> int:
    """Run pytest in this Python; pytest's last line is the last line."""
    spread = any(
        a in ("--pdb", "--collect-only", "--co")
        or a.startswith(("-n", "--numprocesses"))
        for a in arguments
    )
    # A test waits for its browser, its database or a server 40 % of its time.
    workers = (os.cpu_count() or 2) * 3 // 2
    # the tests start dozens of processes of ours: each would compile every module anew where
    # keeping them is forbidden
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [
        sys.executable,
        "-m",
        "pytest",
        *([] if spread else ["-n", str(workers)]),
        *arguments,
    ]
    os.chdir(ROOT)
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)
    return subprocess.call(command)


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}
)
@click.argument(
    "arguments",
    nargs=-1,
    type=click.UNPROCESSED,
    metavar="[PYTEST_ARGUMENTS]...",
)
def test_command(arguments: tuple[str, ...]) -> int:
    """Run the tests; arguments go to pytest.

    The test extras are installed before that.
    """
    return run_tests(list(arguments))
