"""Who did what, for the pages that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.audit.models import AuditEntry


@dataclass(frozen=True)
class EntryView:
    """One thing that was done."""

    action: str
    actor: str
    subject: str
    at: datetime
    details: Mapping[str, Any]


async def entries_about(subject: str, *, limit: int = 20) -> tuple[EntryView, ...]:
    """The latest entries about one thing (`vendor:7`), newest first."""
    rows = await AuditEntry.filter(subject=subject).order_by("-id").limit(limit)
    return tuple(EntryView(row.action, row.actor, row.subject, row.created_at, row.details or {}) for row in rows)
