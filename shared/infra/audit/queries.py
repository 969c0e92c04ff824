"""Who did what, for the pages that show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tortoise.expressions import Q, RawSQL

from shared.core.frozen import frozen
from shared.core.words import words
from shared.infra.audit.models import AuditEntry
from shared.infra.database.paging import Counted, window_of

# In the statement itself, as the index of what people did says it.
_SAID = RawSQL("TRUE")

PAGE_SIZE = 50
LOOKED_THROUGH = 20


@frozen
class EntryView:
    """One thing that was done."""

    action: str
    actor: str
    subject: str
    at: datetime
    details: Mapping[str, Any]
    vendor_id: int | None = None
    address: str = ""

    def words(self, table: str) -> Mapping[str, str]:
        """What the act is called in a table of words (shared/core/words.py)."""
        return words(table, self.action)


@frozen(kw_only=True)
class EntryPage(Counted):
    """A page of the trail, newest first."""

    rows: tuple[EntryView, ...]


@frozen
class Wanted:
    """What is looked for; whatever is None narrows nothing.

    `about` are labels of people or subjects, or ids of vendors.

    `kind` is a name of KINDS, `by_people` leaves out what machines did, `since` a moment, `before`
    one that is no longer within.
    """

    vendor_id: int | None = None
    kind: str | None = None
    by_people: bool = False
    about: About | None = None
    since: datetime | None = None
    before: datetime | None = None


@frozen
class About:
    """What a search was found to mean: people and things by their labels, vendors by id.

    All empty: nothing.
    """

    labels: tuple[str, ...] = ()
    vendor_ids: tuple[int, ...] = ()


async def entries_about(
    subject: str,
    *,
    limit: int = 20,
    only: frozenset[str] | None = None,
) -> tuple[EntryView, ...]:
    """The latest entries about one thing (`vendor:7`), newest first; with `only` those acts
    alone.
    """
    query = AuditEntry.filter(subject=subject)
    if only is not None:
        query = query.filter(action__in=sorted(only))
    rows = await query.order_by("-id").limit(limit)
    return tuple(_view(row) for row in rows)


async def last_about(
    subject: str,
    acts: Sequence[str],
    belongs: Callable[[Mapping[str, Any]], bool],
) -> EntryView | None:
    """The last of some acts on one thing whose details belong to what is looked for."""
    entries = await entries_about(subject, limit=LOOKED_THROUGH)
    return next(
        (e for e in entries if e.action in acts and belongs(e.details)),
        None,
    )


async def was_done(
    action: str,
    *,
    subject: str,
    since: datetime | None = None,
) -> bool:
    """Whether it was done to `subject`, or was since then."""
    found = AuditEntry.filter(action=action, subject=subject)
    return await (
        found.filter(created_at__gt=since) if since is not None else found
    ).exists()


async def entry_page(wanted: Wanted, *, page: int = 1) -> EntryPage:
    """A page of what is looked for. Two queries."""
    query = AuditEntry.filter(*_conditions(wanted))
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    rows = await query.order_by("-id").offset(shown.offset).limit(shown.limit)
    return EntryPage(
        rows=tuple(_view(row) for row in rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        total=shown.total,
        size=PAGE_SIZE,
    )


def _conditions(wanted: Wanted) -> list[Q]:
    found = []
    if wanted.vendor_id is not None:
        found.append(Q(vendor_id=wanted.vendor_id))
    if wanted.kind is not None:
        found.append(Q(kind=wanted.kind))
    if wanted.by_people:
        found.append(Q(is_by_person=_SAID))
    if wanted.about is not None:
        labels, vendors = list(wanted.about.labels), list(wanted.about.vendor_ids)
        person = Q(actor__in=labels, is_by_person=_SAID)
        found.append(person | Q(subject__in=labels) | Q(vendor_id__in=vendors))
    if wanted.since is not None:
        found.append(Q(created_at__gte=wanted.since))
    if wanted.before is not None:
        found.append(Q(created_at__lt=wanted.before))
    return found


def _view(row: AuditEntry) -> EntryView:
    return EntryView(
        action=row.action,
        actor=row.actor,
        subject=row.subject,
        at=row.created_at,
        details=row.details or {},
        vendor_id=row.vendor_id,
        address=row.address,
    )
