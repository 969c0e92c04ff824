"""No statement of the product names more than a chunk or two, whatever the database would take.

What a test fills in shows how a list grows long before PostgreSQL's 32,767 parameters do.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from shared.infra.database.chunks import CHUNK
from tests.support.heard import hear_all

MOST = 2 * CHUNK


class NamesTooMuch(AssertionError):
    """A statement has as many parameters as there are rows of something."""


@cache
def watch() -> None:
    """Let every statement of this process be counted; twice is once."""
    hear_all(_count)


def _count(query: str, values: Sequence[Any]) -> None:
    if len(values) > MOST and "INSERT" not in query:
        raise NamesTooMuch(f"{len(values)} parameters: {query[:200]}")
