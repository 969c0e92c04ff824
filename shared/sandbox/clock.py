"""The stand-in's time: real time plus an offset that only the control API moves, and only
forward.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds since the epoch, as Stripe would see them."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset
        self._moment: float | None = None

    def now(self) -> float:
        """This moment, to the fraction."""
        return time.time() + self.offset if self._moment is None else self._moment

    @contextmanager
    def still(self) -> Iterator[None]:
        """Let nothing take time until the block ends, on however slow a machine."""
        self._moment = self.now()
        try:
            yield
        finally:
            self._moment = None

    def seconds(self) -> int:
        """This moment as objects carry it."""
        return int(self.now())

    def move_to(self, moment: float) -> None:
        """Jump ahead; a moment that has passed changes nothing."""
        self.offset += max(0.0, moment - self.now())
