#!/usr/bin/env python3
"""Would the tests notice?

Change rules, postings and guards a little, one change at a time, and see which test fails.

    python3 tests/mutation/run.py                     draw (or go on), at most three hours, then
    report
    python3 tests/mutation/run.py --report            only say how it stands
    python3 tests/mutation/run.py --check ID --tests tests/domain/refunds/test_refund_rules.py
                                                      does what is committed by now notice this one?

It works in clones of what is committed, below var/mutation, and never touches a file of the working
tree. What is found is kept there after each mutant; the same command goes on where it stopped.
Outside CI: it takes hours. docs/operations.md says more.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("cosmic-ray==8.7.0",)


def main() -> int:
    options = arguments()
    folder: Path = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    python = enter(folder)
    sys.path.insert(0, str(ROOT))
    from tests.mutation.session import Session

    session = Session(ROOT, folder, python)
    if options.check:
        session.check(options.check, options.tests)
    elif not options.report:
        session.begin({"rules": options.rules, "guards": options.guards}, options.seed)
        session.go_on(processes=options.processes, hours=options.hours)
    return session.report()


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        "--folder",
        type=Path,
        default=ROOT / "var" / "mutation",
        help="where clones and results are kept",
    )
    add("--processes", type=int, default=2, help="how many mutants at once")
    add(
        "--hours",
        type=float,
        default=3,
        help="when to stop; the same command goes on later",
    )
    add(
        "--rules",
        type=int,
        default=100,
        help="how many to draw from rules and postings",
    )
    add("--guards", type=int, default=70, help="how many to draw from guards")
    add("--seed", type=int, default=20261128, help="the same seed draws the same")
    add("--report", action="store_true", help="only say how it stands")
    add(
        "--check",
        nargs="+",
        metavar="ID",
        help="ask the tests named by --tests about these mutants",
    )
    add(
        "--tests",
        nargs="+",
        default=[],
        metavar="TEST",
        help="files or tests, as pytest takes them",
    )
    return parser.parse_args()


def enter(folder: Path) -> Path:
    """Go on in an environment of this run's own, which also sees the packages of `.venv`: its
    Python.
    """
    home = folder / "environment"
    python = home / "bin" / "python"
    if not python.exists():
        make_environment(home, python)
    if Path(sys.prefix).resolve() != home.resolve():
        os.execv(python, [str(python), *sys.argv])
    return python


def make_environment(home: Path, python: Path) -> None:
    """An environment with cosmic-ray and what the tests need."""
    packages = sorted((ROOT / ".venv" / "lib").glob("python*/site-packages"))
    if not packages:
        sys.exit(
            "First `python3 run.py test --collect-only`: it installs what the tests need."
        )
    venv.create(home, with_pip=True)
    (own,) = (home / "lib").glob("python*/site-packages")
    (own / "project.pth").write_text(f"{packages[-1].resolve()}\n")
    subprocess.run([python, "-m", "pip", "install", "-q", *NEEDED], check=True)


if __name__ == "__main__":
    sys.exit(main())
