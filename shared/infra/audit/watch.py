"""The security log: each guess and each refusal is a line for the keeper's own watch, so many a
minute at most.

The audit trail keeps what was done, and of guesses the first of a wave: its rows stay for good.
These lines are rotated away.
"""

from __future__ import annotations

import logging

from shared.core import clock
from shared.infra.audit import origin

MOST = 60  # lines a minute of each kind

log = logging.getLogger("markethall.security")


class Bounded(logging.Filter):
    """Lets MOST warnings of each kind (its `fields["event"]`) through in a minute, and the next one
    says how many were left out.

    So strangers fill no disk, however often they are refused. What is no warning passes, and is not
    counted.
    """

    def __init__(self, most: int = MOST) -> None:
        super().__init__()
        self._most = most
        self._minute = 0
        self._counts: dict[str, int] = {}
        self._left_out: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written."""
        if record.levelno != logging.WARNING:
            return True
        fields = getattr(record, "fields", {})
        kind = str(fields.get("event", ""))
        minute = int(clock.now().timestamp()) // 60
        if minute != self._minute:
            self._minute, self._counts = minute, {}
        self._counts[kind] = self._counts.get(kind, 0) + 1
        if self._counts[kind] > self._most:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return False
        if left_out := self._left_out.pop(kind, 0):
            fields["left_out"] = left_out
        return True


log.addFilter(Bounded())


def refused(
    event: str,
    *,
    who: str,
    **more: object,
) -> None:
    """One line: somebody guessed wrong.

    `event` is one of a few fixed names, `who` reads `member:7` or `member:unknown`.
    """
    here = origin.of("nobody")
    fields = {
        "event": event,
        "who": who,
        "from": here.address,
        "request": here.request_id,
        **more,
    }
    log.warning("%s %s", event, who, extra={"fields": fields})
