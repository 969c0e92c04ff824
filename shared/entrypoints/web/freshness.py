"""What this process knows of changes to that which every visitor reads.

It asks the database when it last asked half a second ago, or has itself written since: so what a
process wrote it never shows as it was before, and what another wrote for half a second at most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date

from shared.core import clock
from shared.infra.database.written import written
from shared.infra.page_changes.queries import changes_since, mark_now

EVERY = 0.5  # seconds
PATIENCE = 2.0  # seconds that a page waits for this, before it is made anew
# Changes are forgotten after an hour (page_changes/jobs.py).
LONGEST_WITHOUT = 1800.0
MOST_VENDORS = 10_000


class Freshness:
    """Numbers the changes that it hears of.

    What was read when `seen` was the number is current until `is_current` says otherwise.
    """

    def __init__(
        self,
        *,
        on_everything: Callable[[], None],
        files: Callable[[], object] | None = None,
    ) -> None:
        """`on_everything` is called when what no vendor owns has changed. `files`: what the pages
        are made of, where that may change while we run.
        """
        self._on_everything, self._files = on_everything, files
        self._lock = asyncio.Lock()
        self._mark: str | None = None
        self._asked_at, self._written = 0.0, -1
        self._circumstances: tuple[date, object] | None = None
        self.seen = 0
        self._everything, self._anything = 0, 0
        self._vendors: dict[int, int] = {}

    @property
    def begun(self) -> bool:
        """Whether the database was asked at all."""
        return self._mark is not None

    def knows(self) -> bool:
        """Whether nothing has to be asked now."""
        return (
            self._written == written.times
            and time.monotonic() - self._asked_at < EVERY
            and self._mark is not None
        )

    def is_current(
        self,
        seen: int,
        vendor_id: int | None,
    ) -> bool:
        """Whether nothing has changed since: of this vendor's, or of anybody's without one."""
        if vendor_id is None:
            return seen >= self._anything
        return seen >= self._everything and seen >= self._vendors.get(
            vendor_id,
            0,
        )

    async def ask(self) -> None:
        """Hear of what changed. Raises DatabaseTrouble, or TimeoutError after PATIENCE."""
        async with asyncio.timeout(PATIENCE), self._lock:
            if not self.knows():  # whoever had the lock may have asked for us, too
                await self._ask()

    async def _ask(self) -> None:
        # Both before the question: what is written meanwhile is asked for again.
        asked_at, now_written = time.monotonic(), written.times
        mark = self._mark
        if mark is None or asked_at - self._asked_at > LONGEST_WITHOUT:
            self._mark = await mark_now()
            self._all_changed()
        else:
            found = await changes_since(mark)
            self._mark = found.mark
            self._note(
                found.vendors,
                everything=found.everything,
            )
        self._look_around()
        self._asked_at, self._written = asked_at, now_written

    def _look_around(self) -> None:
        """Another day words dates otherwise; other templates make other pages."""
        files = self._files() if self._files else None
        now = clock.now().date(), files
        if now != self._circumstances:
            self._circumstances = now
            self._all_changed()

    def _note(
        self,
        vendors: frozenset[int],
        *,
        everything: bool,
    ) -> None:
        if everything or len(self._vendors) > MOST_VENDORS:
            self._all_changed()
        elif vendors:
            self.seen += 1
            self._anything = self.seen
            self._vendors.update(
                dict.fromkeys(
                    vendors,
                    self.seen,
                )
            )

    def _all_changed(self) -> None:
        self.seen += 1
        self._everything = self._anything = self.seen
        self._vendors.clear()
        self._on_everything()
