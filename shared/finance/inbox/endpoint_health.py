"""How each of the two webhook endpoints does: what came within a day, what was refused, what nobody
told us.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count, Max
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import digest
from shared.core.settings import Settings
from shared.finance.inbox import rejected_deliveries
from shared.finance.inbox.models import WebhookEvent, WebhookRefusal, WebhookSecret
from shared.finance.inbox.rules import SOURCES, DeliveryCounts, Light, light
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout
from shared.finance.refunds.models import Refund
from shared.infra import unit
from shared.infra.database.raw_sql import moment_in

WITHIN = timedelta(days=1)
_MOST = 1000  # payouts of a day; more than that are as bad
ON_ITS_WAY = timedelta(
    minutes=15
)  # an event may come that much later than we looked ourselves
_AT_HOME = Q(source="platform", stripe_account_id__isnull=True) | Q(
    source="connect", stripe_account_id__not_isnull=True
)


@frozen
class Endpoint:
    """One endpoint's health.

    `known_since`: when each secret of the settings was first seen here, None before that.
    """

    source: str
    light: Light
    tally: DeliveryCounts
    why_refused: str
    known_since: tuple[datetime | None, ...]


async def endpoints(settings: Settings) -> tuple[Endpoint, ...]:
    """Both endpoints, the platform's first. A constant number of queries."""
    await rejected_deliveries.counter.flush()
    since = clock.now() - WITHIN
    delivered, fetched = await _came(since)
    misdirected = await _counted(_since(since).exclude(_AT_HOME))
    refused = await _refused(since)
    untold = await _untold(since)
    seen = {
        (row.source, row.digest): row.created_at for row in await WebhookSecret.all()
    }
    found = []
    for source in SOURCES:
        last_refusal = refused.get(source, _NONE)
        tally = DeliveryCounts(
            delivered=delivered.get(source, _NOTHING)[0],
            last_event_at=delivered.get(source, _NOTHING)[1]
            or await _last_event(source),
            refused=last_refusal.count,
            last_refused_at=last_refusal.at,
            misdirected=misdirected.get(source, _NOTHING)[0],
            last_misdirected_at=misdirected.get(source, _NOTHING)[1],
            unheard=fetched.get(source, _NOTHING)[0] + untold[source],
        )
        since_when = tuple(
            seen.get((source, digest(secret)))
            for secret in settings.stripe.secrets_of(source)
        )
        found.append(
            Endpoint(
                source,
                light(tally),
                tally,
                last_refusal.why,
                since_when,
            )
        )
    return tuple(found)


def _since(since: datetime) -> QuerySet[WebhookEvent]:
    return WebhookEvent.at_either().filter(created_at__gte=since)


_Counts = dict[str, tuple[int, datetime | None]]
_NOTHING: tuple[int, datetime | None] = (0, None)


async def _counted(query: QuerySet[WebhookEvent]) -> _Counts:
    """How many events per source, and when the last of them came."""
    rows = query.annotate(
        number=Count("id"),
        last=Max("created_at"),
    ).group_by("source")
    return {
        str(source): (int(number), moment_in(last))
        for source, number, last in await rows.values_list("source", "number", "last")
    }


async def _came(since: datetime) -> tuple[_Counts, _Counts]:
    """What was delivered to the endpoint that it belongs to, and what we had to ask for."""
    rows = _since(since).filter(_AT_HOME)
    rows = rows.annotate(
        number=Count("id"),
        last=Max("created_at"),
    ).group_by("source", "fetched")
    delivered: _Counts = {}
    fetched: _Counts = {}
    for source, asked_for, number, last in await rows.values_list(
        "source", "fetched", "number", "last"
    ):
        (fetched if asked_for else delivered)[str(source)] = (
            int(number),
            moment_in(last),
        )
    return delivered, fetched


async def _last_event(source: str) -> datetime | None:
    """When an event last got in by itself, at the endpoint that it belongs to."""
    row = (
        await WebhookEvent.filter(_AT_HOME, source=source, fetched=False)
        .order_by("-created_at")
        .first()
    )
    return row.created_at if row else None


@frozen
class _Refused:
    count: int = 0
    at: datetime | None = None
    why: str = ""


_NONE = _Refused()


async def _refused(since: datetime) -> dict[str, _Refused]:
    """What each endpoint refused within the day, with the reason of the last one."""
    found: dict[str, _Refused] = {}
    for row in await WebhookRefusal.filter(last_at__gte=since).order_by("hour"):
        before = found.get(row.source, _NONE)
        found[row.source] = _Refused(
            before.count + row.count,
            row.last_at,
            row.why,
        )
    return found


async def _untold(since: datetime) -> dict[str, int]:
    """Payments, refunds and payouts of the day of which no event ever came: a sweep, a page or a
    job found them out.
    """
    until = clock.now() - ON_ITS_WAY
    told = _since(since - WITHIN).filter(stripe_object_id__not_isnull=True)
    heard = Subquery(told.values("stripe_object_id"))
    paid = Payment.filter(
        paid_at__gte=since, paid_at__lt=until, stripe_payment_intent_id__not_isnull=True
    )
    refunded = Refund.filter(
        succeeded_at__gte=since,
        succeeded_at__lt=until,
        stripe_refund_id__not_isnull=True,
    )
    sent = Payout.filter(
        paid_at__gte=since, paid_at__lt=until, stripe_payout_id__not_isnull=True
    )
    sent = sent.exclude(stripe_payout_id__in=heard)
    platform = await paid.exclude(stripe_payment_intent_id__in=heard).count()
    unheard = refunded.exclude(stripe_refund_id__in=heard)
    # What several orders have of one refund at Stripe is one event.
    refunds = Count("stripe_refund_id", distinct=True)
    counted = await unheard.annotate(count=refunds).values("count")
    platform += int(counted[0]["count"])
    vendors = await sent.limit(_MOST).values_list("vendor_id", flat=True)
    of_platform = sum(vendor is None for vendor in vendors)
    return {"platform": platform + of_platform, "connect": len(vendors) - of_platform}


async def note_secrets(settings: Settings) -> None:
    """Remember when each signing secret was first seen here; by digest, never the secret."""
    wanted = {
        (source, digest(secret))
        for source in SOURCES
        for secret in settings.stripe.secrets_of(source)
    }
    known = {(row.source, row.digest) for row in await WebhookSecret.all()}
    new = [
        WebhookSecret(source=source, digest=found)
        for source, found in sorted(wanted - known)
    ]
    if new:
        async with unit.transaction():
            await WebhookSecret.bulk_create(new, ignore_conflicts=True)
