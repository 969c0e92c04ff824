"""Pure rules about addresses, passwords, how long a session lasts, and how long a mailed link
does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

import idna

from shared.core.frozen import frozen
from shared.trade.people.errors import (
    BadEmail,
    PasswordTooEasy,
    PasswordTooLong,
    PasswordTooShort,
)

MIN_PASSWORD = 10
MAX_PASSWORD = 200  # a hash of megabytes would be a way to keep us busy
MAX_EMAIL = 254
COOKIE_DAYS = (
    30  # from the last visit; what a sign-in may last is less or more (SESSIONS_LAST)
)

TRADE = (
    "Markethall",
    "marketplace",
    "operator",
    "vendor",
    "seller",
    "storefront",
    "shopper",
    "checkout",
    "Stripe",
)

_NOWHERE = "@deleted.invalid"
_DIGITS = "0123456789"
_SIGNS = "!?.,;:-_+*#$%&@=~ "
_SHORTEST_STEM = 3
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)


@frozen
class Lasting:
    """How long a session lasts: `idle` after its last use, and `longest` after the sign-in whatever
    happens.
    """

    idle: timedelta
    longest: timedelta


OPERATOR, OWNER, CUSTOMER = "operator", "owner", "customer"
SESSIONS_LAST = {
    OPERATOR: Lasting(
        idle=timedelta(hours=4),
        longest=timedelta(hours=12),
    ),
    OWNER: Lasting(
        idle=timedelta(days=14),
        longest=timedelta(days=30),
    ),
    CUSTOMER: Lasting(
        idle=timedelta(days=30),
        longest=timedelta(days=90),
    ),
}
_TOUCHES = 24  # a session's last use is written down that often in its idle time, not once per page
_SELDOM = timedelta(hours=1)


class Purpose(StrEnum):
    """What a mailed link is for."""

    RESET = "reset"  # choose a new password
    CONFIRM = "confirm"  # the address of a new account
    CHANGE = "change"  # a new address, to which it was sent
    UNDO = "undo"  # the old address, to which it was sent


LINKS_LAST = {
    Purpose.RESET: timedelta(hours=1),
    Purpose.CONFIRM: timedelta(days=7),
    Purpose.CHANGE: timedelta(days=1),
    Purpose.UNDO: timedelta(days=7),
}


def normal_email(text: str) -> str:
    """`text` as we store it: trimmed, lower case, the domain as the net writes it (`müller.de` ->
    `xn--mller-kva.de`).

    Raises BadEmail when no mail could reach it.
    """
    email = unicodedata.normalize("NFKC", text).strip().lower()
    if not email.isascii() and len(email) <= MAX_EMAIL:
        email = _with_plain_domain(email)
    if len(email) > MAX_EMAIL or ".." in email or not _EMAIL.fullmatch(email):
        raise BadEmail(param="email")
    return email


def no_address(customer_id: int) -> str:
    """The address of a deleted account: no mail reaches it, and it stays one of its own."""
    return f"deleted-{customer_id}{_NOWHERE}"


def is_no_address(email: str) -> bool:
    """Whether an address is that of a deleted account."""
    return email.endswith(_NOWHERE)


def shown_email(email: str) -> str:
    """A stored address as its owner writes it: `ada@xn--mller-kva.de` -> `ada@müller.de`.

    For the owner's eyes alone: to anybody else a domain of look-alike letters could pass for
    another.
    """
    local, at, domain = email.rpartition("@")
    try:
        return f"{local}{at}{idna.decode(domain)}" if "xn--" in domain else email
    except UnicodeError:  # stored before its domain was looked at
        return email


def _with_plain_domain(email: str) -> str:
    """The domain in the letters of the net (IDNA 2008), as a browser's own email field sends it."""
    local, at, domain = email.rpartition("@")
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode()}"
    except UnicodeError:  # of which IDNAError is one
        raise BadEmail(param="email") from None


def check_password(password: str, *, email: str = "") -> None:
    """Raise WeakPassword when `password` is shorter than ten characters, one character repeated, or
    the address itself.
    """
    if len(password) < MIN_PASSWORD:
        raise PasswordTooShort(least=MIN_PASSWORD)
    if len(password) > MAX_PASSWORD:
        raise PasswordTooLong(most=MAX_PASSWORD)
    if len(set(password)) < 4 or (
        email and password.lower() in (email, email.partition("@")[0])
    ):
        raise PasswordTooEasy
    if _is_sequence(password.lower()):
        raise PasswordTooEasy


def _is_sequence(text: str) -> bool:
    """Whether each character follows the one before it, up or down: `abcdefghij`, `9876543210`."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})


def stems(password: str) -> frozenset[str]:
    """What is left of a password without what people add to a common one: capitals, and digits or
    signs at its end.

    A word said several times is that word, too.
    """
    whole = unicodedata.normalize("NFKC", password).lower()
    found = {
        whole,
        whole.rstrip(_DIGITS),
        whole.rstrip(_DIGITS + _SIGNS),
    }
    found |= {once for text in found if (once := _said_once(text))}
    return frozenset(text for text in found if len(text) >= _SHORTEST_STEM)


def _said_once(text: str) -> str | None:
    """`monkeymonkey` -> `monkey`; None when it does not repeat itself."""
    period = (text + text).find(text, 1) if text else 0
    return text[:period] if 0 < period < len(text) else None


def is_near(password: str, about: Iterable[str]) -> bool:
    """Whether a password is no more than what others know of its owner: address, name or shop,
    perhaps with digits.
    """
    mine = {_bare(stem) for stem in stems(password)}
    return any(known in mine for text in about for known in _known(text))


def _known(text: str) -> set[str]:
    """A name or an address, whole and in parts, as `stems` would leave it."""
    lowered = text.lower()
    parts = {
        lowered,
        lowered.partition("@")[0],
        *lowered.replace("@", " ").split(),
    }
    return {
        bare
        for part in parts
        if len(bare := _bare(part.rstrip(_DIGITS))) >= _SHORTEST_STEM
    }


def _bare(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def session_end(role: str, *, signed_in_at: datetime, now: datetime) -> datetime:
    """When a session of a person of this role ends that is used now: never later than its longest,
    however it is used.
    """
    lasting = SESSIONS_LAST[role]
    return min(now + lasting.idle, signed_in_at + lasting.longest)


def touch_after(role: str) -> timedelta:
    """How old the time of a session's last use may be before it is written down again."""
    return min(SESSIONS_LAST[role].idle / _TOUCHES, _SELDOM)
