"""Which of the two databases this is."""

from __future__ import annotations

from tortoise.connection import get_connection


def dialect() -> str:
    """Return `sqlite` or `postgres`."""
    return str(get_connection("default").capabilities.dialect)


def keeps_text() -> bool:
    """Whether this database keeps moments as text."""
    return dialect() == "sqlite"
