"""Pure rules of second factors: how long a sign-in is fresh, how often one may guess, what codes
look like.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest
from textwrap import wrap

from shared.core.typed import bare_code

FRESH_FOR = timedelta(minutes=5)
MAX_TRIES = 5  # wrong answers of one session, until it is over
MOST_AN_HOUR = 20  # wrong second steps of one person, in whatever sessions
HALF_OPEN_FOR = timedelta(minutes=10)  # from the password to the second step
RESET_AFTER = timedelta(hours=24)
MOST_FACTORS = 10  # of one person
CODES = 10  # recovery codes of one set
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that look like another
CODE_LENGTH = 24  # 118 bits: too many to try, so a plain digest of one is enough
CODE_LENGTHS = (
    16,
    CODE_LENGTH,
)  # of codes that may be on paper; the short ones are of before
STEP = 30  # seconds that an authenticator shows a code for (RFC 6238)
DRIFT = 1  # steps that its clock may be ahead or behind
DIGITS = 6


class FactorKind(StrEnum):
    """What a second factor is."""

    TOTP = "totp"  # an authenticator app's six digits
    PASSKEY = "passkey"  # a key that the device or a security key holds


def is_fresh(authenticated_at: datetime | None, now: datetime) -> bool:
    """Whether a sign-in or confirmation is recent enough for what moves money or opens doors."""
    return authenticated_at is not None and now - authenticated_at < FRESH_FOR


def step_at(now: datetime) -> int:
    """The number of the 30 seconds that `now` lies in (RFC 6238's T)."""
    return int(now.timestamp()) // STEP


def step_of(
    code: str,
    *,
    now: datetime,
    taken: int,
    code_at: Callable[[int], str],
) -> int | None:
    """The step that `code` belongs to; None when it is of none that counts.

    A step counts when it is at most one from now, and later than the last one that was `taken`: a
    code that was seen over somebody's shoulder, or caught on its way, opens nothing a second time.
    """
    here = step_at(now)
    steps = [step for step in range(here - DRIFT, here + DRIFT + 1) if step > taken]
    matching = [
        step
        for step in steps
        if compare_digest(
            code_at(step).encode(),
            code.encode(),
        )
    ]
    return matching[0] if matching else None


def typed_digits(text: str) -> str | None:
    """An authenticator's code as it was typed (`123 456`), None when it is none."""
    code = bare_code(text)
    return code if len(code) == DIGITS and code.isascii() and code.isdigit() else None


def typed_recovery_code(text: str) -> str | None:
    """A recovery code as it was typed (`abcd-efgh …`), in its stored form; None when it is none."""
    code = bare_code(text)
    return (
        code
        if len(code) in CODE_LENGTHS and all(letter in CODE_LETTERS for letter in code)
        else None
    )


def shown_recovery_code(code: str) -> str:
    """A recovery code in groups of four."""
    groups = wrap(code, 4)
    return "-".join(groups)


def is_compulsory(*, production: bool, role: str | None) -> bool:
    """Whether somebody may do nothing else before they have a second factor.

    Owners may, until it comes to money.
    """
    return production and role == "operator"
