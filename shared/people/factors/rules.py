"""Pure rules of second factors: how long a sign-in is fresh, how often one may guess."""

from __future__ import annotations

from datetime import datetime, timedelta

FRESH_FOR = timedelta(minutes=5)
MAX_TRIES = 5  # wrong answers of one session, until it is over


def is_fresh(authenticated_at: datetime | None, now: datetime) -> bool:
    """Whether a sign-in or confirmation is recent enough for what moves money or opens doors."""
    return authenticated_at is not None and now - authenticated_at < FRESH_FOR
