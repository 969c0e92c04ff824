"""What sets off the work that goes on: a webhook event, a job or a person.

Set once by whoever begins the work; each row of activity that is committed meanwhile names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.infra.activity.models import Activity


@dataclass
class WorkCause:
    """What set it off, and what it has led to so far: the rows that were committed."""

    label: str
    led_to: list[Activity] = field(default_factory=list)


_current: ContextVar[WorkCause | None] = ContextVar("activity_cause", default=None)


def label() -> str:
    """The label of what sets off the present work; empty when nobody said."""
    cause = _current.get()
    return cause.label if cause else ""


def committed(rows: list[Activity]) -> None:
    """Note what the present work has led to."""
    cause = _current.get()
    if cause is not None:
        cause.led_to += rows


def begin(name: str) -> None:
    """Everything from now on, in this task, is set off by `name`."""
    _current.set(WorkCause(name))


@contextmanager
def of(name: str) -> Iterator[WorkCause]:
    """Everything in the block is set off by `name`."""
    cause = WorkCause(name)
    marker = _current.set(cause)
    try:
        yield cause
    finally:
        _current.reset(marker)
