"""What an API token may do: named in the token, asked for by each operation of the API. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.words import word
from shared.trade.people.errors import ScopeLacking, TermLacking


class Scope(StrEnum):
    """A word of the API, and what it opens. One that is not named in a token is closed to it."""

    PAYMENTS_READ = "payments:read"
    ONBOARDING = "onboarding"
    DISCOUNTS_READ = "discounts:read"

    @property
    def label(self) -> str:
        """What it opens, for whoever makes or sees a token."""
        return word("people.scopes", self.value)


# Days from its making to a token's end; zero is never.
LIFETIMES = (30, 90, 365, 0)
TOLD_BEFORE = timedelta(days=7)


def written(scopes: Iterable[Scope]) -> str:
    """The scopes as a token's row keeps them: `payments:read onboarding`.

    Raises Invalid for none.
    """
    chosen = set(scopes)
    if not chosen:
        raise ScopeLacking
    return " ".join(scope.value for scope in Scope if scope in chosen)


def read(text: str) -> frozenset[Scope]:
    """The scopes that a row names; a word that this version does not know opens nothing."""
    return frozenset(scope for scope in Scope if scope.value in text.split())


def end_of(days: int, now: datetime) -> datetime | None:
    """When a token that is made now ends. Raises Invalid for a lifetime that is not on offer."""
    if days not in LIFETIMES:
        raise TermLacking
    return now + timedelta(days=days) if days else None
