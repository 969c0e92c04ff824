"""Nobody reads what the transaction still keeps to itself: a reader who must see it asks for it
with `unit.flush()`.

A row that is collected (shared/infra/unit/collected.py) is in no table yet. Whoever reads that
table in the same transaction would miss it, and nothing would tell; so in tests such a reading
fails.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from types import FrameType

from shared.infra import unit
from tests.support.heard import hear_all


class ReadTooEarly(AssertionError):
    """A table was read while rows of it were still collected."""


@cache
def watch() -> None:
    """Let every reading of this process look first; twice is once."""
    hear_all(_look)


def _look(query: str, _: object) -> None:
    tx = unit.current()
    if tx is None or not query.startswith("SELECT"):
        return
    for table in tx.unwritten():
        if re.search(rf"\b{table}\b", query) and not _knows():
            raise ReadTooEarly(
                f"{table} is read before what was added to it: {query[:200]}"
            )


def _knows() -> bool:
    """Only the ledger looks for a posting both here and there."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_globals.get("__name__") == "shared.finance.ledger.service":
            return True
        frame = frame.f_back
    return False
