"""One mutation run: drawn once, gone on with until every mutant is decided, and reported honestly.

A folder holds it: `drawn.jsonl` (the mutants, and the commit that they change), `results.jsonl` (a
line per verdict, the last one of a mutant counts), and a clone per process.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
import tomllib
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.mutation import places
from tests.mutation.mutants import Mutant, draw
from tests.mutation.noticing import LOOKS, PATIENCE, Nursery, Verdict

GOAL = 0.9
NEAR = 1  # the look from which on a survivor counts: the tests of its domain have been asked
REASONS = Path(__file__).with_name("survivors.toml")


class Session:
    """The run that a folder holds."""

    def __init__(self, root: Path, folder: Path, python: Path) -> None:
        self._root, self._folder, self._python = root, folder, python
        self._lock = threading.Lock()
        self._mutants: dict[str, Mutant] = {}
        self._results: dict[str, dict[str, Any]] = {}
        self._sound: dict[str, bool] = {}
        self._load()

    def begin(self, counts: dict[str, int], seed: int) -> None:
        """Draw the mutants, unless that is done."""
        if self._mutants:
            return
        head = _git(self._root, "rev-parse", "HEAD")
        tree = self._tree(0, head)
        for mutant in draw(tree, places.strata(tree), counts, seed):
            _append(self._folder / "drawn.jsonl", {**mutant.as_row(), "commit": head})
        self._load()

    def go_on(self, *, processes: int, hours: float) -> None:
        """Decide what is undecided, then look wider for those that survived, until the time is
        up.
        """
        until = time.monotonic() + hours * 3600
        for look in range(len(LOOKS)):
            waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
            for mutant in self._mutants.values():
                if self._is_open(mutant, look):
                    waiting.put(mutant)
            threads = [
                threading.Thread(target=self._work, args=(n, waiting, look, until))
                for n in range(processes)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    def check(self, ids: list[str], tests: list[str]) -> None:
        """Ask tests as they are committed by now about mutants."""
        head = _git(self._root, "rev-parse", "HEAD")
        nursery = Nursery(self._python, self._tree(0, head))
        for name in ids:
            mutant = self._mutants[name]
            if not _applied(self._tree(0, head), mutant):
                print(f"{name}: that code has changed, the mutant is gone")
                self._note(mutant, Verdict("gone"), head, look=len(LOOKS))
                continue
            verdict = nursery.ask(tests, patience=600)
            if verdict.outcome != "survived":
                self._note(mutant, verdict, head, look=len(LOOKS))
            print(f"{name}: {verdict.outcome} {verdict.by}")

    def report(self) -> int:
        """Print how it stands; 0 when enough of what is not equivalent is noticed."""
        reasons = _reasons()
        by_outcome: dict[str, list[str]] = defaultdict(list)
        for name, result in self._results.items():
            by_outcome[result["outcome"]].append(name)
        noticed, gone = by_outcome["noticed"], by_outcome["gone"]
        survived = by_outcome["survived"] + by_outcome["broken"]
        equivalent = [
            name for name in survived if reasons.get(name, {}).get("equivalent")
        ]
        rest = [name for name in survived if name not in equivalent]
        asked = {
            name
            for name in rest
            if self._results[name]["look"] >= NEAR and self._results[name]["is_all"]
        }
        open_ones = [name for name in rest if name in asked]
        unreached = (
            len(self._mutants)
            - len(noticed)
            - len(gone)
            - len(equivalent)
            - len(open_ones)
        )
        for name in open_ones:
            print(
                f"\n{name} {self._mutants[name].path}:{self._mutants[name].line} "
                f"{self._results[name]['outcome']}"
            )
            print(_changed_lines(self._mutants[name]), end="")
            print(f"  {reasons.get(name, {}).get('reason', 'no reason is given')}")
        counted = len(noticed) + len(open_ones)
        share = len(noticed) / counted if counted else 0.0
        print(
            f"\n{len(self._mutants)} drawn, {unreached} of them not reached by the tests of their "
            "domain,"
            f" {len(gone)} gone with the code that they changed"
            f"\n{len(noticed)} noticed, {len(open_ones)} not, {len(equivalent)} change nothing "
            "that can be seen"
            f"\n{share:.1%} of what can be seen was noticed; the goal is {GOAL:.0%}"
        )
        return 0 if share >= GOAL else 1

    def _is_open(self, mutant: Mutant, look: int) -> bool:
        result = self._results.get(mutant.id)
        return result is None or (
            result["outcome"] == "survived" and result["look"] < look
        )

    def _work(
        self, number: int, waiting: queue.SimpleQueue[Mutant], look: int, until: float
    ) -> None:
        nursery = Nursery(self._python, self._tree(number, self._commit))
        while time.monotonic() < until:
            try:
                mutant = waiting.get_nowait()
            except queue.Empty:
                break
            tree = self._tree(number, self._commit)
            if not _applied(tree, mutant):
                raise RuntimeError(
                    f"{mutant.id} does not apply to the commit that it was drawn from"
                )
            verdict = nursery.ask(
                LOOKS[look](tree, mutant.path), patience=PATIENCE[look]
            )
            while verdict.outcome == "noticed" and not self._is_sound(
                verdict.by, nursery, number
            ):
                _applied(self._tree(number, self._commit), mutant)
                verdict = nursery.ask(
                    LOOKS[look](tree, mutant.path), patience=PATIENCE[look]
                )
            self._note(mutant, verdict, self._commit, look=look)
        nursery.close()

    def _is_sound(self, test: str, nursery: Nursery, number: int) -> bool:
        """Whether a test holds without any change; one that does not has noticed nothing, and is
        not asked again.
        """
        if test not in self._sound:
            self._tree(number, self._commit)
            # Values in a name may be cut at a space: then all of the test's are run.
            name = (
                test
                if "[" not in test or test.endswith("]")
                else test.partition("[")[0]
            )
            self._sound[test] = (
                nursery.ask([name], patience=PATIENCE[0]).outcome == "survived"
            )
            if not self._sound[test]:
                nursery.leave_out(name)
        return self._sound[test]

    def _note(
        self,
        mutant: Mutant,
        verdict: Verdict,
        commit: str,
        *,
        look: int,
    ) -> None:
        row = {"id": mutant.id, **asdict(verdict), "look": look, "commit": commit}
        with self._lock:
            _append(self._folder / "results.jsonl", row)
            self._results[mutant.id] = row
            print(
                f"{len(self._results):4} {mutant.id} {mutant.path}:{mutant.line} {mutant.operator}",
                end=" ",
            )
            print(
                f"{verdict.outcome} {verdict.by[:120]} ({verdict.seconds} s)",
                flush=True,
            )

    def _load(self) -> None:
        self._commit = ""
        for row in _rows(self._folder / "drawn.jsonl"):
            self._commit = row.pop("commit")
            self._mutants[row["id"]] = Mutant(**row)
        self._results = {
            row["id"]: row for row in _rows(self._folder / "results.jsonl")
        }

    def _tree(self, number: int, commit: str) -> Path:
        """A clone at a commit, without anything that an earlier mutant left."""
        tree = self._folder / f"tree-{number}"
        if not tree.exists():
            _git(
                self._root,
                "clone",
                "--quiet",
                "--no-checkout",
                "--local",
                str(self._root),
                str(tree),
            )
        _git(tree, "fetch", "--quiet", str(self._root), commit)
        _git(tree, "checkout", "--quiet", "--force", "--detach", commit)
        return tree


def _applied(tree: Path, mutant: Mutant) -> bool:
    done = subprocess.run(
        ["git", "apply", "-C1", "-"],
        cwd=tree,
        input=mutant.patch,
        text=True,
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _reasons() -> dict[str, dict[str, Any]]:
    """What the committed list says about mutants that survive, by id."""
    return {
        row["id"]: row for row in tomllib.loads(REASONS.read_text()).get("mutant", [])
    }


def _changed_lines(mutant: Mutant) -> str:
    lines = mutant.patch.splitlines(keepends=True)[2:]
    return "".join(f"  {line}" for line in lines if line[0] in "+-")


def _rows(path: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(line) for line in path.read_text().splitlines()]
        if path.exists()
        else []
    )


def _append(path: Path, row: dict[str, Any]) -> None:
    with path.open("a") as file:
        file.write(json.dumps(row) + "\n")


def _git(tree: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", *command],
        cwd=tree,
        text=True,
        capture_output=True,
        check=True,
    )
    return done.stdout.strip()
