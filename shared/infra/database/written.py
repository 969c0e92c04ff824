"""How often this process has written: who keeps something in memory that was read asks by it
whether to look again.
"""

from __future__ import annotations


class Written:
    """A number that grows with each commit, and with each statement that commits by itself."""

    def __init__(self) -> None:
        self.times = 0

    def note(self) -> None:
        """Something may have been written."""
        self.times += 1


written = Written()


def reads_only(statement: str) -> bool:
    """Whether a statement is a plain SELECT."""
    is_plain = statement.startswith("SELECT")
    return is_plain or statement.lstrip()[:6].upper() == "SELECT"
