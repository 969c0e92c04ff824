"""One thing that `doctor` looked at."""

from __future__ import annotations

from shared.core.frozen import frozen


@frozen
class Finding:
    """What was looked at, and what to do about it.

    `advice` empty: all is well, or nothing can be said yet.
    """

    what: str
    advice: str = ""
