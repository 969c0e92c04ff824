"""A browser's own description in words that people know: `Firefox on Windows`. Pure."""

from __future__ import annotations

import re

from shared.core.words import in_english, word

Signs = tuple[tuple[re.Pattern[str], str], ...]

_SAID = "browsers.names"
# What a browser's description has in it, and the program of `templates/words/browsers.toml`. First
# match wins: most browsers also claim to be others.
_PROGRAMS: Signs = (
    (re.compile(r"Edg"), "edge"),
    (re.compile(r"OPR/"), "opera"),
    (re.compile(r"SamsungBrowser"), "samsung"),
    (re.compile(r"Firefox|FxiOS"), "firefox"),
    (re.compile(r"CriOS|Chrome"), "chrome"),
    (re.compile(r"Safari"), "safari"),
)
_SYSTEMS: Signs = (
    (re.compile(r"iPhone"), "iphone"),
    (re.compile(r"iPad"), "ipad"),
    (re.compile(r"Android"), "android"),
    (re.compile(r"CrOS"), "chromeos"),
    (re.compile(r"Windows"), "windows"),
    (re.compile(r"Mac OS X|Macintosh"), "mac"),
    (re.compile(r"Linux"), "linux"),
)


def named(user_agent: str) -> str:
    """What a browser calls itself, as far as we know it: `Chrome on Android`, `Safari`, `Another
    browser`; in English, as the audit trail keeps it.
    """
    program = _name("programs", _first(_PROGRAMS, user_agent))
    system = _name("systems", _first(_SYSTEMS, user_agent))
    if program and system:
        return in_english(_SAID, "both", program=program, system=system)
    if system:
        return in_english(_SAID, "system", system=system)
    return program or in_english(_SAID, "other")


def told(name: str) -> str:
    """A name as `named` gave it and the audit trail keeps it, in the language spoken here."""
    if name == in_english(_SAID, "other"):
        return word(_SAID, "other")
    program, between, system = name.partition(" on ")
    if not between:
        return name
    if name == in_english(_SAID, "system", system=system):
        return word(_SAID, "system", system=system)
    return word(_SAID, "both", program=program, system=system)


def _first(signs: Signs, user_agent: str) -> str | None:
    return next((code for sign, code in signs if sign.search(user_agent)), None)


def _name(table: str, code: str | None) -> str:
    return in_english(f"browsers.{table}", code) if code else ""
