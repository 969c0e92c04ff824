"""A browser's own description in words that people know: `Firefox on Windows`. Pure."""

from __future__ import annotations

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


def named(user_agent: str) -> str:
    """What a browser calls itself, as far as we know it: `Chrome on Android`, `Safari`, `Another browser`."""
    program = next((name for sign, name in _PROGRAMS if sign in user_agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), None)
    if program and system:
        return f"{program} on {system}"
    if program or system:
        return program or f"A browser on {system}"
    return "Another browser"
