"""A sentence that may name a day, which each reader writes in its own way and its own zone."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from shared.core.frozen import frozen
from shared.core.words import words

_DAY = "\N{OBJECT REPLACEMENT CHARACTER}"  # where the day stands


@frozen
class Sentence:
    """`text` does without a day; where there is one, it is said as `lead`, the day, `tail`."""

    text: str
    day: datetime | None = None
    lead: str = ""
    tail: str = ""

    @classmethod
    def of(
        cls,
        table: str,
        code: str | None,
        day: datetime | None = None,
        **values: str,
    ) -> Self:
        """Look up a code that has a `text` and, where a day may be given, a `by_day`."""
        said = words(table, code, day=_DAY, **values)
        if day is None:
            return cls(said["text"])
        lead, _, tail = said["by_day"].partition(_DAY)
        return cls(said["text"], day, lead, tail)
