"""A line of a timeline, as `ui.timeline` shows it."""

from __future__ import annotations

from datetime import datetime

from shared.core.frozen import frozen


@frozen
class TimelineEntry:
    """What happened, in words. A quiet one may stand folded away: it is as it should be."""

    text: str
    at: datetime
    detail: str | None = None
    kind: str | None = None
    is_quiet: bool = False
