"""Injected time: everything that asks what time it is asks here, so tests can move it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The current moment, always aware and in UTC."""
    return _source()


@contextmanager
def use(source: Callable[[], datetime]) -> Iterator[None]:
    """Let `source` tell the time inside the block (tests only)."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
