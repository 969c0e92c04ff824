"""One thing that `doctor` looked at."""

from __future__ import annotations

from shared.core.frozen import frozen


@frozen
class Finding:
    """What was looked at, and what to do about it.

    `advice` empty: all is well, or, where it `is_open`, nothing can be said yet.
    """

    what: str
    advice: str = ""
    is_open: bool = False

    @property
    def mark(self) -> str:
        """The two letters before its line."""
        if self.advice:
            return "!!"
        return "--" if self.is_open else "ok"
