"""A rehearsal: work runs as ever up to what it would change first, and nothing of it stays.

Each transaction is rolled back at its end. The first one that would have left activity ends the
rehearsal, since what comes after it would look for what is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.infra.activity.models import Activity

_is_on: ContextVar[bool] = ContextVar("markethall_rehearsal", default=False)


class Rehearsed(BaseException):
    """The rehearsal is over: this would happen.

    No Exception, so that no use case takes it for a failure.
    """

    def __init__(self, activity: list[Activity]) -> None:
        super().__init__()
        self.activity = activity


class WouldWrite(BaseException):
    """The rehearsal is over: the next step writes to Stripe, and what Stripe answers nobody
    knows.
    """


class RolledBack(Exception):
    """Undoes a transaction of a rehearsal; nobody outside sees it."""


@contextmanager
def rehearse() -> Iterator[None]:
    """Rehearse the block. Raises Rehearsed, WouldWrite, and what the block raises."""
    marker = _is_on.set(True)
    try:
        yield
    finally:
        _is_on.reset(marker)


def is_rehearsal() -> bool:
    """Tell whether the calling task rehearses."""
    return _is_on.get()
