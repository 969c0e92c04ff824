"""Jobs as functions: declared once, with typed arguments, and put on the list by calling them.

    @job("payouts.pay")
    async def pay(context: Context, vendor_id: int, payday: str) -> None: ...

    pay(tx, vendor_id=7, payday="2026-11-30")
    pay.at(monday, once="payouts.pay:7")(tx, vendor_id=7, payday="2026-11-30")

mypy checks the arguments. They are stored as JSON under their names, so a signature holds JSON's
own types.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from functools import cached_property
from typing import (
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    TypeAlias,
    get_origin,
    get_type_hints,
)

from shared.core.frozen import frozen
from shared.infra.jobs import queue
from shared.infra.jobs.context import Context
from shared.infra.unit import Transaction

P = ParamSpec("P")
Work: TypeAlias = Callable[Concatenate[Context, P], Awaitable[None]]
Enqueue: TypeAlias = Callable[Concatenate[Transaction, P], None]
DAY = timedelta(days=1)


class BadArguments(Exception):
    """What is stored with a job is not what its function takes; the message says which."""


@frozen
class Turns:
    """When a job comes again: every so often, or daily at a time of day (UTC)."""

    every: timedelta = DAY
    at: time | None = None

    def after(self, moment: datetime) -> datetime:
        """Return the first turn after `moment`."""
        if self.at is None:
            return moment + self.every
        day = moment.astimezone(UTC).date()
        today = datetime.combine(day, self.at, tzinfo=UTC)
        return today if today > moment else today + DAY

    def first(self, now: datetime) -> datetime:
        """Return the first turn ever: a fresh installation need not wait long for its sweeps."""
        if self.at:
            return self.after(now)
        return now + min(self.every, timedelta(minutes=1))


class Manner(Enum):
    """How a worker goes about jobs of a kind."""

    BRIEF = "brief"  # one after the other
    # Some at once, and ended together: each is put on the list once, so its key may be held longer.
    TOGETHER = "together"
    LONG = "long"  # in a lane of their own, so that nothing waits behind them
    # So too, and where pages are served in a process of their own: it may hold the processor and
    # take much memory.
    APART = "apart"


class JobDefinition(Generic[P]):
    """One kind of job. Calling it puts one on the list; `run` is how a worker carries it out."""

    def __init__(
        self,
        kind: str,
        work: Work[P],
        *,
        renamed: Mapping[str, str | None] | None = None,
        manner: Manner = Manner.BRIEF,
    ) -> None:
        self.kind = kind
        self.work = work
        self.manner = manner
        self._renamed = renamed or {}

    def __call__(
        self,
        tx: Transaction,
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Put one on the list, to be run as soon as `tx` has committed."""
        self.at(None)(tx, *args, **kwargs)

    def once(self, key: str) -> Enqueue[P]:
        """Put one on the list unless one that waits or runs holds `key`."""
        return self.at(None, once=key)

    def at(
        self,
        when: datetime | None,
        *,
        once: str | None = None,
    ) -> Enqueue[P]:
        """Put one on the list for `when` or later, unless one that waits or runs holds the key
        `once`.
        """

        def enqueue(
            tx: Transaction,
            /,
            *args: P.args,
            **kwargs: P.kwargs,
        ) -> None:
            given: dict[str, Any] = kwargs
            if args or kwargs.keys() != self.takes.keys():
                given = self._bound(*args, **kwargs)
            queue.enqueue(tx, self.kind, given, run_at=when, unique_key=once)

        return enqueue

    def _bound(
        self,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> dict[str, Any]:
        """Name what a call gives, as Python would; raises TypeError as a call."""
        bound = self._signature.bind(None, *args, **kwargs).arguments
        return {name: value for name, value in bound.items() if name in self.takes}

    async def run(
        self,
        context: Context,
        stored: Mapping[str, Any],
    ) -> None:
        """Carry out one that was stored, by whatever version. Raises BadArguments."""
        work: Callable[..., Awaitable[None]] = self.work
        await work(context, **self.bind(stored))

    def bind(
        self,
        stored: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Return what the function is called with. Raises BadArguments."""
        given: dict[str, Any] = {}
        for stored_name, value in stored.items():
            name = self._renamed.get(stored_name, stored_name)
            if name is not None:
                given[name] = value
        wrong = [f"{name} is unknown" for name in given if name not in self.takes]
        wrong += [f"{name} is missing" for name in self._needed if name not in given]
        known = {name: value for name, value in given.items() if name in self.takes}
        wrong += [
            f"{name} is {value!r}"
            for name, value in known.items()
            if not isinstance(value, self.takes[name])
        ]
        if wrong:
            raise BadArguments(f"{self.kind}: {', '.join(wrong)}")
        return given

    @cached_property
    def takes(self) -> dict[str, Any]:
        """Name the arguments beside the context, with their types; of a list not what is in it."""
        hints = get_type_hints(self.work)
        return {
            name: list if get_origin(hints[name]) is list else hints[name]
            for name in list(self._signature.parameters)[1:]
        }

    @cached_property
    def _needed(self) -> list[str]:
        parameters = self._signature.parameters
        return [
            name
            for name in self.takes
            if parameters[name].default is inspect.Parameter.empty
        ]

    @cached_property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.work)


class RecurringJob(JobDefinition[[]]):
    """One that comes again by itself, and takes nothing."""

    def __init__(
        self,
        kind: str,
        work: Work[[]],
        turns: Turns,
        manner: Manner = Manner.BRIEF,
    ) -> None:
        super().__init__(kind, work, manner=manner)
        self.turns = turns


AnyJob: TypeAlias = JobDefinition[...]


def job(
    kind: str,
    *,
    renamed: Mapping[str, str | None] | None = None,
    manner: Manner = Manner.BRIEF,
) -> Callable[[Work[P]], JobDefinition[P]]:
    """Declare a job.

    `kind` and the names of the arguments stand in the table of jobs: older versions put them there.

    `renamed`: what older versions called an argument, with its name now, or None where it is not
    taken any more.
    """

    def declare(work: Work[P]) -> JobDefinition[P]:
        return JobDefinition(kind, work, renamed=renamed, manner=manner)

    return declare


def recurring(
    kind: str,
    *,
    every: timedelta = DAY,
    at: time | None = None,
    manner: Manner = Manner.BRIEF,
) -> Callable[[Work[[]]], RecurringJob]:
    """Declare a job that comes again by itself: every so often, or daily at a time of day (UTC)."""

    def declare(work: Work[[]]) -> RecurringJob:
        return RecurringJob(kind, work, Turns(every, at), manner)

    return declare
