"""What a comparison keeps on disk is nobody else's, and gone however it ends."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shared.finance.reconciliation import staging
from shared.finance.reconciliation.errors import CannotStage
from shared.finance.reconciliation.models import ReconciliationRun
from shared.finance.reconciliation.records import LedgerLine, ObjectRecord
from shared.finance.reconciliation.service import reconcile
from shared.finance.reconciliation.staging import Staging, sides_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.infra.gateway.gateway import Gateway

ROOT = Path(__file__).resolve().parents[3]
_CHILD = """
import sys, time
from tests.domain.reconciliation.test_staging import filled
with filled(2_000) as staged:
    print("staged", flush=True)
    time.sleep(600)
"""


def filled(count: int) -> Staging:
    """So many lines, which do not fit into the memory that SQLite may use."""
    staging.CACHE_KIB = 64
    staged = Staging()
    lines = [LedgerLine(None, "EUR", f"pi_{n}", 1, "sale", "k") for n in range(count)]
    staged.add(0, list(enumerate(lines)))
    return staged


@pytest.fixture(autouse=True)
def _cache() -> Iterator[None]:
    before = staging.CACHE_KIB
    yield
    staging.CACHE_KIB = before


def test_the_file_is_ours_alone_and_has_no_name() -> None:
    """So no ending of the process can leave it behind, and nobody else could open it."""
    with filled(2_000):
        files = [
            each
            for each in Path("/proc/self/fd").iterdir()
            if each.is_symlink() and "etilqs_" in str(each.readlink())
        ]
        assert len(files) == 1
        assert str(files[0].readlink()).endswith(" (deleted)")
        assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_a_kill_leaves_nothing(tmp_path: Path) -> None:
    """Nor is there anything to be found while it runs."""
    around = {**os.environ, "SQLITE_TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD], cwd=ROOT, env=around, stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == b"staged\n"
        assert list(tmp_path.iterdir()) == []
    finally:
        child.kill()
        child.communicate()
    assert list(tmp_path.iterdir()) == []


def test_lists_come_back_in_their_order_and_can_be_forgotten() -> None:
    """By list and place, whenever they were added."""
    rows = {
        name: ObjectRecord("refund", n, name, "succeeded", 1, "EUR", None)
        for n, name in enumerate("abcd")
    }
    with Staging() as staged:
        staged.add(2, [(0, rows["a"])])
        staged.add(1, [(5, rows["b"]), (-1, rows["c"])])
        staged.add(3, [(0, rows["d"])])
        staged.drop(3)
        assert staged.sizes[ObjectRecord] == 3
        (piece,) = staged.pieces()
    found = [each.stripe_id for each in sides_of(piece)["objects"]]
    assert found == ["c", "b", "a"]


def test_names_join_whatever_they_named_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chain of records is one group, in whatever order it came."""
    monkeypatch.setattr(staging, "PIECE", 1)
    lines = [LedgerLine(None, "EUR", f"pi_{n}", 1, "sale", "k") for n in (1, 2, 3, 1)]
    with Staging() as staged:
        staged.add(0, list(enumerate(lines)))
        pieces = [sides_of(piece)["lines"] for piece in staged.pieces()]
    assert sorted(len(piece) for piece in pieces) == [1, 1, 2]


async def test_a_full_disk_is_told(
    database: str, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run says what it wanted, and found nothing."""
    full = f"{staging._SCHEMA} PRAGMA max_page_count = 3;"
    monkeypatch.setattr(staging, "_SCHEMA", full)
    with pytest.raises(CannotStage):
        await reconcile(gateway, started_by="system")
    run = await ReconciliationRun.get()
    assert run.status == "failed"
    assert run.error == (
        "The comparison needs room for a temporary file, and could not use it: "
        "database or disk is full."
    )
