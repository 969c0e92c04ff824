"""What a start does without: the kinds of work that are done when they are first needed.

How long a start takes is measured by `run.py bench start-up`; docs/performance.md has the figures.
"""

from __future__ import annotations

import re
import subprocess
import sys
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


_COMPOSED = """
import asyncio, sys
from pathlib import Path
import run
from shared.core.settings import load
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.gateway.gateway import Gateway

async def composed():
    folder = Path(sys.argv[1])
    settings = load({}, data_dir=folder, dotenv=folder / "none")
    app = run.compose(settings, Gateway(settings.stripe))
    await open_database(f"sqlite://{folder}/empty.sqlite3")
    await close_database()
    return app

app = asyncio.run(composed())
ours = ("portal", "storefront", "shared")
found = {
    cls: vars(cls)["__dataclass_fields__"]
    for name, module in list(sys.modules.items()) if name.startswith(ours)
    for cls in vars(module).values()
    if isinstance(cls, type) and "__dataclass_fields__" in vars(cls)
    and cls.__module__.startswith(ours)
}
written = [fields for fields in found.values() if isinstance(fields, dict)]
routes = list(app.url_map.iter_rules())
late = [route for route in routes if "AddressRule" in route._build.__qualname__]
print(len(found), len(written), len(routes), len(late))
"""


def test_a_start_writes_few_of_them(tmp_path: Path) -> None:
    """What is made of a class while its module is imported has it written at every start."""
    done = subprocess.run(
        [sys.executable, "-c", _COMPOSED, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    there, written, routes, late = map(int, done.stdout.split())
    assert there > 300
    assert written < there / 5
    assert routes == late > 200, "an address is built by code that is compiled late"


def test_no_column_is_described_by_a_comment() -> None:
    """Nobody would read it: `shared/infra/database/base.py` makes tables without their source."""
    described = [
        str(path.relative_to(ROOT))
        for path in OURS
        if path.name == "models.py" and "#:" in path.read_text()
    ]
    assert described == []
