"""The history, filtered: of an order, of some things, or of what one thing led to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import (
    Collection,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import datetime
from typing import Any

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.infra.activity.changes import FieldChange, net, read
from shared.infra.activity.models import Activity

MOST = 1000


@frozen
class Happened:
    """One thing that happened; `amount` where it is about money."""

    at: datetime
    kind: str
    subject: str
    actor: str
    cause: str
    amount: Money | None
    details: Mapping[str, Any]
    changes: tuple[FieldChange, ...]

    @property
    def thing(self) -> str:
        """The word of its subject: `refund`."""
        return self.subject.partition(":")[0]


async def of_order(
    order_id: int,
    *,
    also: Collection[str] = (),
    kinds: Collection[str] = (),
    acts_only: bool = False,
    newest: int = MOST,
) -> tuple[Happened, ...]:
    """What happened to an order and to the subjects named in `also`, newest first.

    With `kinds` only those, with `acts_only` nothing that merely followed from something else.
    """
    wanted = Q(order_id=order_id)
    if also:
        wanted |= Q(subject__in=sorted(also))
    query = Activity.filter(wanted)
    if kinds:
        query = query.filter(kind__in=sorted(kinds))
    if acts_only:
        query = query.exclude(actor="")
    return tuple(view(row) for row in await query.order_by("-id").limit(newest))


async def of_subject(
    subject: str,
    *,
    kinds: Collection[str],
    newest: int,
) -> tuple[Happened, ...]:
    """What happened to one thing, newest first."""
    rows = (
        Activity.filter(subject=subject, kind__in=sorted(kinds))
        .order_by("-id")
        .limit(newest)
    )
    return tuple(view(row) for row in await rows)


@frozen
class LedTo:
    """What one thing changed all in all; `elsewhere`: something of other orders besides."""

    changes: tuple[FieldChange, ...]
    elsewhere: bool = False


async def led_to(
    causes: Collection[str],
    order_id: int | None = None,
) -> dict[str, LedTo]:
    """What each cause changed; with an order what of that, and of what is of no order."""
    if not causes:
        return {}
    found: dict[str, list[Activity]] = defaultdict(list)
    for row in await _caused().filter(cause__in=sorted(causes)).order_by("id"):
        found[row.cause].append(row)
    return {cause: _within(rows, order_id) for cause, rows in found.items()}


def _within(
    rows: Sequence[Activity],
    order_id: int | None,
) -> LedTo:
    if order_id is None:
        return LedTo(changes_of(rows))
    here = [row for row in rows if row.order_id in (order_id, None)]
    return LedTo(
        changes_of(here),
        len(here) < len(rows),
    )


async def led_to_something(cause: str) -> bool:
    """Tell whether anything is known that `cause` led to."""
    return await _caused().filter(cause=cause).exists()


def _caused() -> QuerySet[Activity]:
    """What something set off; the empty word is said in the statement, as the index says it."""
    return Activity.exclude(cause=RawSQL("''"))


def changes_of(rows: Iterable[Activity]) -> tuple[FieldChange, ...]:
    """What came of some rows, each field once."""
    return net(
        change for row in rows for change in read(row.subject, row.before, row.after)
    )


def view(row: Activity) -> Happened:
    """A row as pages get it."""
    return Happened(
        at=row.created_at,
        kind=row.kind,
        subject=row.subject,
        actor=row.actor,
        cause=row.cause,
        amount=_amount(row),
        details=row.details or {},
        changes=read(row.subject, row.before, row.after),
    )


def _amount(row: Activity) -> Money | None:
    if row.amount is None or row.currency is None:
        return None
    return Money(row.amount, row.currency)
