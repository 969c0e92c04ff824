"""One row that is written to see whether a write goes through."""

from __future__ import annotations

from shared.infra.database.base import Row


class Heartbeat(Row):
    """The last write of a health check; one row, whose id is 1."""

    class Meta:
        table = "heartbeats"
