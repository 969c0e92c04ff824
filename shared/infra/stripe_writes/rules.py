"""When a write is asked again, and under which key. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

# Stripe forgets a key after a day at the earliest (stripe-facts 4.2).
# One that is older may make the thing a second time.
KEYS_LAST = timedelta(hours=20)
CLOCKS_DIFFER = timedelta(
    hours=1
)  # ours and Stripe's, at most: for lists by when things were made


class WriteState(StrEnum):
    """What became of a write."""

    WAITING = "waiting"
    ANSWERED = "answered"
    REFUSED = "refused"
    SUPERSEDED = "superseded"  # nobody wants it any more: over without an answer
    UNEXPECTED = (
        "unexpected"  # answered with what our rows cannot follow: a person must look
    )


# A write in another state is over, and nobody looks for it by that.
LOOKED_FOR = (WriteState.WAITING, WriteState.UNEXPECTED)


def key_of(base: str, attempt: int) -> str:
    """Return the idempotency key of an attempt: the first is the operation's own, later ones are
    numbered.
    """
    return base if attempt == 1 else f"{base}:{attempt}"


def is_old(asked_at: datetime | None, now: datetime) -> bool:
    """Tell whether Stripe may have forgotten a key under which it was first asked at `asked_at`."""
    return asked_at is not None and now - asked_at > KEYS_LAST
