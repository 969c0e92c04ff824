"""A browser's own description in words that people know: `Firefox on Windows`. Pure."""

from __future__ import annotations

from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n

# First match wins: most browsers also claim to be others.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)

_SOME, _OTHER = "A browser", _n("Another browser")


def named(user_agent: str) -> str:
    """What a browser calls itself, as far as we know it: `Chrome on Android`, `Safari`, `Another
    browser`.
    """
    program = next((name for sign, name in _PROGRAMS if sign in user_agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    if program and system:
        return f"{program} on {system}"
    if program or system:
        return program or f"{_SOME} on {system}"
    return _OTHER


def told(name: str) -> str:
    """A name as `named` gave it and the audit trail keeps it, in the language spoken here."""
    program, between, system = name.partition(" on ")
    if not between:
        return _(name) if name == _OTHER else name
    if program == _SOME:
        return _("A browser on %(system)s", system=system)
    return _("%(program)s on %(system)s", program=program, system=system)
