"""What stands in the database that a monitor should watch: numbers alone, of nobody and of nothing
in particular.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tortoise.functions import Count, Sum

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.settings import Settings
from shared.core.words import in_english
from shared.finance.connect.queries import vendors_in_trouble
from shared.finance.inbox import endpoint_health
from shared.finance.inbox.queries import count_troubled
from shared.finance.inbox.rules import DeliveryCounts, EventStatus, Light
from shared.finance.ledger.models import AccountSum
from shared.finance.payments.queries import count_parked
from shared.finance.reconciliation.queries import RunView, last_finished
from shared.infra.jobs.models import UNFINISHED, Job
from shared.infra.mail.queries import unsent
from shared.infra.stripe_writes.queries import unexpected_answers

LEDGER_EVERY = timedelta(minutes=5)  # all of it is added up, so not at each scrape
_LIGHTS = {
    Light.QUIET: 0,
    Light.OK: 0,
    Light.WARN: 1,
    Light.BAD: 2,
}


@frozen
class Measure:
    """One number, or one per value of a label. A name's ending says its unit."""

    name: str
    samples: tuple[tuple[str, float], ...]
    label: str = ""

    @property
    def help(self) -> str:
        """What a monitor shows beside it."""
        return in_english("metrics.help", self.name)


def one(name: str, value: float) -> Measure:
    """A number without a label."""
    return Measure(name, (("", float(value)),))


async def measures(settings: Settings) -> tuple[Measure, ...]:
    """Everything that a scrape reads from the database. A constant number of queries."""
    now = clock.now()
    return (
        *await _jobs(now),
        *await _webhooks(settings, now),
        one(
            "markethall_mails_unsent",
            (await unsent()).count,
        ),
        *_reconciliation(await last_finished(), now),
        one(
            "markethall_stripe_writes_unexpected",
            len(await unexpected_answers()),
        ),
        one(
            "markethall_payments_parked",
            await count_parked(),
        ),
        one(
            "markethall_vendors_payouts_held",
            sum(bool(vendor.held_at) for vendor in await vendors_in_trouble()),
        ),
        one(
            "markethall_ledger_unbalanced_currencies",
            await _unbalanced.now(),
        ),
    )


async def _jobs(now: datetime) -> tuple[Measure, ...]:
    left = Job.filter(status__in=UNFINISHED)
    rows = left.annotate(number=Count("id")).group_by("status")
    found = {
        str(status): int(number)
        for status, number in await rows.values_list("status", "number")
    }
    due = Job.filter(status="waiting", run_at__lte=now)
    oldest = await due.order_by("run_at").first()
    states = tuple(
        (
            state,
            float(found.get(state, 0)),
        )
        for state in UNFINISHED
    )
    age = (now - oldest.run_at).total_seconds() if oldest else 0.0
    return (
        Measure("markethall_jobs", states, "state"),
        one("markethall_jobs_due", await due.count()),
        one(
            "markethall_job_oldest_due_seconds",
            age,
        ),
    )


# Of each endpoint within 24 hours: a measure's name, and its count among DeliveryCounts.
_DELIVERIES = ("delivered", "refused", "misdirected", "unheard")


async def _webhooks(settings: Settings, now: datetime) -> tuple[Measure, ...]:
    endpoints = await endpoint_health.endpoints(settings)
    counts = await count_troubled()

    def each(
        name: str,
        values: Iterable[float],
    ) -> Measure:
        named = zip((endpoint.source for endpoint in endpoints), values, strict=True)
        return Measure(f"markethall_webhook_{name}", tuple(named), "endpoint")

    tallies = [endpoint.tally for endpoint in endpoints]
    lights = [_LIGHTS[endpoint.light] for endpoint in endpoints]
    ages = [[now - since for since in e.known_since if since] for e in endpoints]
    waiting = tuple(
        (state.value, float(counts[state]))
        for state in (EventStatus.FAILED, EventStatus.PARKED)
    )
    return (
        each("light", lights),
        each(
            "last_event_timestamp_seconds",
            map(_stamp, tallies),
        ),
        *(
            each(name, [float(getattr(tally, name)) for tally in tallies])
            for name in _DELIVERIES
        ),
        each(
            "secret_age_seconds",
            map(_newest, ages),
        ),
        Measure("markethall_webhook_events", waiting, "state"),
    )


def _stamp(tally: DeliveryCounts) -> float:
    return tally.last_event_at.timestamp() if tally.last_event_at else 0.0


def _newest(ages: list[timedelta]) -> float:
    return min(ages).total_seconds() if ages else 0.0


def _reconciliation(last: RunView | None, now: datetime) -> tuple[Measure, ...]:
    """Of the last comparison that ended; an age of -1 says that there was none."""
    age = (
        (now - (last.finished_at or last.started_at)).total_seconds() if last else -1.0
    )
    return (
        one(
            "markethall_reconciliation_age_seconds",
            age,
        ),
        one(
            "markethall_reconciliation_failed",
            bool(last and last.status == "failed"),
        ),
        one(
            "markethall_reconciliation_open_differences",
            last.open if last else 0,
        ),
    )


class _Unbalanced:
    """How many currencies of the ledger do not come to zero, as of the last few minutes."""

    def __init__(self) -> None:
        self._count = 0
        self._at: datetime | None = None

    async def now(self) -> int:
        """Added up anew when the last time is long enough ago."""
        at = clock.now()
        if self._at is None or not at - LEDGER_EVERY < self._at <= at:
            rows = AccountSum.all().annotate(total=Sum("amount")).group_by("currency")
            self._count = sum(
                int(total) != 0
                for _, total in await rows.values_list("currency", "total")
            )
            self._at = at
        return self._count


_unbalanced = _Unbalanced()
