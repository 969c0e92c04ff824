"""What a start does without: the kinds of work that are done when they are first needed.

How long a start takes is measured by `run.py bench start-up`; docs/performance.md has the figures.
"""

from __future__ import annotations

import re
from dataclasses import fields
from importlib import import_module
from inspect import isclass, signature
from pathlib import Path
from typing import Any

from tests.house import measure

ROOT = Path(__file__).resolve().parents[2]
OURS = sorted(
    path
    for folder in ("portal", "storefront", "shared")
    for path in (ROOT / folder).rglob("*.py")
    if "sandbox" not in path.parts
)
# Its objects are so many that they have slots, which the class must have from the beginning.
WRITTEN_AT_ONCE = {"shared/core/money.py"}


def test_frozen_dataclasses_are_written_when_they_are_first_used() -> None:
    """By `shared.core.frozen`: each costs half a millisecond of every start otherwise."""
    found = {
        str(path.relative_to(ROOT))
        for path in OURS
        if re.search(
            r"^ *@(dataclasses\.)?dataclass\([^)]*frozen",
            path.read_text(),
            re.MULTILINE,
        )
    }
    assert found == WRITTEN_AT_ONCE


def test_each_of_them_can_be_written() -> None:
    """What is wrong with one would be told where it is first used, and not by an import."""
    written = 0
    for path in OURS:
        module = import_module(measure.module_name(str(path.relative_to(ROOT))))
        for cls in vars(module).values():
            if isclass(cls) and hasattr(cls, "__dataclass_fields__"):
                written_now: Any = cls
                names = [each.name for each in fields(written_now)]
                assert sorted(signature(cls).parameters) == sorted(names), cls
                written += 1
    assert written > 300


def test_no_column_is_described_by_a_comment() -> None:
    """Nobody would read it: `shared/infra/database/base.py` makes tables without their source."""
    described = [
        str(path.relative_to(ROOT))
        for path in OURS
        if path.name == "models.py" and "#:" in path.read_text()
    ]
    assert described == []
