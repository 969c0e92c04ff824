"""Which of the two databases this is."""

from __future__ import annotations

from typing import Any

from shared.infra.database.announced import connected


def dialect(client: Any = None) -> str:
    """Return `sqlite` or `postgres`; who has the connection's `client` at hand need not look."""
    asked = client or connected()
    return str(asked.capabilities.dialect)


def keeps_text() -> bool:
    """Whether this database keeps moments as text."""
    return dialect() == "sqlite"
