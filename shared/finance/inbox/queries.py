"""The webhook inbox as the operator sees it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tortoise.expressions import Q
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from shared.core.errors import NotFound
from shared.core.frozen import frozen
from shared.core.ids import typed_number
from shared.finance.inbox.errors import EventNotFound
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.rules import SOURCES, Decision, EventStatus
from shared.infra.activity.changes import FieldChange
from shared.infra.activity.queries import LedTo, led_to
from shared.infra.database.counting import count_each
from shared.infra.database.paging import Paged, window_of
from shared.infra.references import service as references
from shared.trade.orders.order_lists import order_id_of

PAGE_SIZE = 50


@frozen
class EventView:
    """One stored event; the body stays in the database."""

    stripe_event_id: str
    source: str
    type: str
    stripe_account_id: str | None
    stripe_object_id: str | None
    status: EventStatus
    outcome: str
    decision: Decision | None
    changes: tuple[FieldChange, ...]
    duplicates: int
    last_duplicate_at: datetime | None
    order_number: str | None
    currency: str | None
    error: str | None
    attempts: int
    livemode: bool
    api_version: str | None
    stripe_created_at: datetime
    received_at: datetime
    handled_at: datetime | None
    next_attempt_at: datetime | None


@frozen(kw_only=True)
class EventPage(Paged):
    """A page of the inbox."""

    rows: tuple[EventView, ...]
    total: int
    counts: Mapping[str, int]  # of all events: `all`, and each state


def view(
    row: WebhookEvent,
    changes: tuple[FieldChange, ...] = (),
) -> EventView:
    """An event as it is shown, with what it changed; its order, if it has one, was fetched with
    it.
    """
    return EventView(
        decision=Decision(row.decision) if row.decision else None,
        changes=changes,
        duplicates=row.duplicates,
        last_duplicate_at=row.last_duplicate_at,
        order_number=row.order.number if row.order else None,
        currency=row.order.currency if row.order else None,
        stripe_event_id=row.stripe_event_id,
        source=row.source,
        type=row.type,
        stripe_account_id=row.stripe_account_id,
        stripe_object_id=row.stripe_object_id,
        status=EventStatus(row.status),
        outcome=row.outcome,
        error=row.error,
        attempts=row.attempts,
        livemode=row.livemode,
        api_version=row.api_version,
        stripe_created_at=row.stripe_created_at,
        received_at=row.created_at,
        handled_at=row.handled_at,
        next_attempt_at=row.next_attempt_at,
    )


async def count_troubled() -> dict[EventStatus, int]:
    """How many events are tried again or wait for a person: `failed` and `parked`."""
    troubled = (EventStatus.FAILED, EventStatus.PARKED)
    counts = dict.fromkeys(troubled, 0)
    query = WebhookEvent.filter(status__in=list(troubled))
    numbers = query.annotate(number=Count("id")).group_by("status")
    for status, number in await numbers.values_list("status", "number"):
        counts[EventStatus(status)] = int(number)
    return counts


async def event_page(
    *,
    page: int = 1,
    status: EventStatus | None = None,
    search: str = "",
) -> EventPage:
    """A page of the inbox, newest first.

    `search` is an order's number or any Stripe id: of an event, object or account.
    """
    lists = _lists()
    counts = await count_each(lists)
    wanted = status.value if status else "all"
    query = lists[wanted]
    if search:
        query = query.filter(await _about(search))
    counted = None if search else counts[wanted]
    shown = await window_of(
        query,
        page=page,
        size=PAGE_SIZE,
        counted=counted,
    )
    rows = (
        await query.order_by("-id")
        .offset(shown.offset)
        .limit(shown.limit)
        .select_related("order")
    )
    return EventPage(
        rows=tuple(view(row) for row in rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        total=shown.total,
        counts=counts,
    )


def _lists() -> dict[str, QuerySet[WebhookEvent]]:
    """All events, and those in each state.

    A list of an enum's members stands in the statement itself: a plan for any state there may be,
    which PostgreSQL keeps after five, would walk through all events for the few that wait.
    """
    lists = {"all": WebhookEvent.all()}
    for state in EventStatus:
        lists[state.value] = WebhookEvent.filter(status__in=[state])
    return lists


async def _about(search: str) -> Q:
    """Events that name it themselves, and those of the order that it is, or belongs to."""
    order_id = await _order_of(search)
    named = (
        Q(source__in=SOURCES, stripe_event_id=search)
        | Q(stripe_object_id=search)
        | Q(stripe_account_id=search)
    )
    return named if order_id is None else named | Q(order_id=order_id)


async def _order_of(search: str) -> int | None:
    try:
        return await order_id_of(typed_number(search))
    except NotFound:
        reference = await references.find(search)
        return reference.order_id if reference else None


async def stored_event(stripe_event_id: str) -> EventView:
    """One event by Stripe's id. Raises NotFound."""
    row = (
        await WebhookEvent.at_either()
        .filter(stripe_event_id=stripe_event_id)
        .order_by("id")
        .first()
        .select_related("order")
    )
    if row is None:
        raise EventNotFound
    found = await led_to([row.as_subject])
    changes = found.get(row.as_subject, LedTo(())).changes
    return view(row, changes)
