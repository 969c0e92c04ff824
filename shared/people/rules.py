"""Pure rules about addresses and passwords."""

from __future__ import annotations

import re
import unicodedata

import idna

from shared.errors import Invalid

MIN_PASSWORD = 10
MAX_PASSWORD = 200  # a hash of megabytes would be a way to keep us busy
SESSION_DAYS = 30
MAX_EMAIL = 254

_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)


class WeakPassword(Invalid):
    """The password is too short, too long or too easy to guess."""

    code = "weak_password"
    default = "Use at least 10 characters."


class BadEmail(Invalid):
    """That is not an address a mail could reach."""

    code = "bad_email"
    default = "Enter an email address such as name@example.com."


def normal_email(text: str) -> str:
    """`text` as we store it: trimmed, lower case, the domain as the net writes it (`müller.de` -> `xn--mller-kva.de`).

    Raises BadEmail when no mail could reach it.
    """
    email = unicodedata.normalize("NFKC", text).strip().lower()
    if not email.isascii() and len(email) <= MAX_EMAIL:
        email = _with_plain_domain(email)
    if len(email) > MAX_EMAIL or ".." in email or not _EMAIL.fullmatch(email):
        raise BadEmail(param="email")
    return email


def shown_email(email: str) -> str:
    """A stored address as its owner writes it: `ada@xn--mller-kva.de` -> `ada@müller.de`.

    For the owner's eyes alone: to anybody else a domain of look-alike letters could pass for another.
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
    """Raise WeakPassword when `password` is shorter than ten characters, one character repeated, or the address itself."""
    if len(password) < MIN_PASSWORD:
        raise WeakPassword(f"Use at least {MIN_PASSWORD} characters.", param="password")
    if len(password) > MAX_PASSWORD:
        raise WeakPassword(f"Use at most {MAX_PASSWORD} characters.", param="password")
    if len(set(password)) < 4 or (email and password.lower() in (email, email.partition("@")[0])):
        raise WeakPassword("That is too easy to guess. Use something longer, or several words.", param="password")
