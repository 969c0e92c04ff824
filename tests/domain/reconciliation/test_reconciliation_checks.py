"""Every check has the same shape: its kinds and repairs are its own, and they run in the declared
order.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from shared.finance.reconciliation import checks
from shared.finance.reconciliation.checks import CHECKS, ORDER, REPAIRS, compare
from shared.finance.reconciliation.checks.check import Check, Comparison
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import BothSides, EventAtStripe
from tests.support.compared import balanced, movement
from tests.support.single_differences import SINGLE_DIFFERENCES, SOLD

FOLDER = Path(str(checks.__file__)).parent
ROOT = FOLDER.parents[3]
# What a decision must not look at: it is about the comparison alone.
OUTSIDE = (
    "shared.core.clock",
    "shared.core.settings",
    "shared.infra.gateway",
    "random",
    "datetime",
)


def test_every_kind_belongs_to_one_check() -> None:
    """So that there is one place to look for it."""
    owners = Counter(kind for check in CHECKS for kind in check.kinds)
    assert owners == Counter(DifferenceKind)


def test_every_repair_belongs_to_one_check_which_does_it() -> None:
    """Each says what it would do and does it; where a person must look there is none."""
    owners = Counter(name for check in CHECKS for name in check.repairs)
    assert owners == Counter(name for name in RepairName if name is not RepairName.NONE)
    for repair in REPAIRS.values():
        assert repair.would.endswith(".")
        assert inspect.iscoroutinefunction(repair.apply)


def test_every_file_has_its_place_in_the_order() -> None:
    """One check a file; what several share stands in files that end in `check`."""
    files = {
        path.stem
        for path in FOLDER.glob("*.py")
        if not path.stem.endswith(("check", "__"))
    }
    modules = [type(check).__module__ for check in CHECKS]
    assert Counter(name.rpartition(".")[2] for name in modules) == Counter(files)


def test_those_that_stand_together_look_at_the_same_subjects() -> None:
    """The first names them for all."""
    for together in ORDER:
        assert len({type(check).subjects for check in together}) == 1


def test_a_decision_is_about_the_comparison_alone() -> None:
    """No clock, no database, no Stripe: those are the repairs'."""
    for check in CHECKS:
        assert not inspect.iscoroutinefunction(check.find)
        assert not inspect.iscoroutinefunction(check.subjects)
    for path in FOLDER.glob("*.py"):
        assert not {name for name in _imported(path) if name.startswith(OUTSIDE)}, path


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_each_check_finds_its_own_kinds_and_names_repairs_that_exist() -> None:
    """Each by itself, over everything that can differ; together they find all of that."""
    seen = set()
    for facts, _, _ in SINGLE_DIFFERENCES:
        comparison = Comparison(balanced(facts))
        for check in CHECKS:
            for difference in _alone(check, comparison):
                assert difference.kind in check.kinds
                assert difference.repair in {RepairName.NONE, *REPAIRS}
                seen.add(difference.kind)
    assert seen >= {kind for _, kind, _ in SINGLE_DIFFERENCES}


def _alone(check: Check[Any], comparison: Comparison) -> Iterator[FoundDifference]:
    for subject in check.subjects(comparison):
        difference = check.find(subject, comparison)
        if difference is not None:
            yield difference


def test_what_is_found_stands_in_the_declared_order() -> None:
    """Whatever differs at once."""
    place = {
        kind: n
        for n, step in enumerate(ORDER)
        for check in step
        for kind in check.kinds
    }
    many = balanced(
        replace(
            SOLD,
            payments=tuple(replace(row, state="pending") for row in SOLD.payments),
            ledger_sums={"EUR": 5},
            receivables={(7, "EUR"): (500, 0)},
            orphans=frozenset({"sale:9"}),
            missed_events=(EventAtStripe("evt_1", "charge.updated"),),
            parked_events=(EventAtStripe("evt_2", "charge.updated"),),
        )
    )
    places = [place[difference.kind] for difference in compare(many)]
    assert places == sorted(places)
    assert len(set(places)) == 6


def test_a_movement_of_a_foreign_payment_is_not_ours() -> None:
    """Even while a payment of ours waits for its intent's id, which is no intent's either."""
    opening = replace(SOLD.payments[0], intent_id=None, charge_id=None, state="opening")
    foreign = movement(SOLD, 9, "reversal", 500).transactions[3:]
    found = compare(BothSides(payments=(opening,), transactions=foreign))
    assert {difference.kind for difference in found} == {
        DifferenceKind.MONEY_UNEXPLAINED
    }


def test_the_manual_names_every_check_in_its_order() -> None:
    """With its kinds and repairs, in docs/operations.md."""
    text = (ROOT / "docs/operations.md").read_text()
    table = text[text.index("| check | what differs | repair |") :]
    names = [type(check).__module__.rpartition(".")[2] for check in CHECKS]
    assert [
        name
        for name in re.findall(r"^\| `(\w+)`", table, re.MULTILINE)
        if name in names
    ] == names
    for name in (*DifferenceKind, *REPAIRS):
        assert f"`{name}`" in table, name
