"""Mails about an order, and mails that do not go out, for those who can do something about it."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra.database.counting import count_some
from shared.infra.database.raw_sql import Record, moment_in
from shared.infra.jobs.models import UNFINISHED, Job
from shared.infra.mail.models import NOT_SENT, Email

LATE = timedelta(minutes=15)  # a mail goes out within seconds
SHOWN = 50


@frozen
class Unsent:
    """So many mails that should have gone out and did not, at most one more than a page counts;
    since when, and what the mail server last said.
    """

    count: int = 0
    since: datetime | None = None
    problem: str = ""


@frozen
class UnsentMail:
    """One of them."""

    kind: str
    to: str
    subject: str
    written_at: datetime


@frozen
class MailView:
    """A mail about an order; `at` is when it was sent, or written while it waits."""

    kind: str
    to: str
    subject: str
    status: str
    at: datetime


async def mails_of_order(
    order_id: int,
    *,
    also: str = "",
    to: str | None = None,
    newest: int = 200,
) -> tuple[MailView, ...]:
    """The mails about an order, newest first, and the one with the key `also`; of one person only,
    with `to`.
    """
    wanted = Email.filter(Q(order_id=order_id) | Q(unique_key=also))
    if to is not None:
        wanted = wanted.filter(to=to)
    rows = await wanted.order_by("-id").limit(newest)
    return tuple(
        MailView(
            row.kind,
            row.to,
            row.subject,
            row.status,
            row.sent_at or row.created_at,
        )
        for row in rows
    )


def mail_in(record: Record) -> MailView:
    """A mail of which these columns were read."""
    at = moment_in(record["sent_at"] or record["created_at"])
    assert at is not None
    names = ("kind", "to", "subject", "status")
    kind, to, subject, status = (record[name] for name in names)
    return MailView(kind, to, subject, status, at)


@frozen
class ListedMail(MailView):
    """A mail among all others: staff see that it was written, not what it says."""

    id: int
    order_id: int | None
    written_at: datetime


@frozen
class MailList:
    """Some mails, newest first; `older` is where the next ones begin, if there are any."""

    mails: tuple[ListedMail, ...]
    older: int | None = None


async def newest_mails(
    *,
    to: str = "",
    order_id: int | None = None,
    before: int | None = None,
) -> MailList:
    """The newest mails, or those to an address or about an order; with `before` those written
    earlier than that one. An index has each in their order, so nothing is counted or sorted.
    """
    wanted = Email.all()
    if to:
        wanted = wanted.filter(to=to)
    if order_id is not None:
        wanted = wanted.filter(order_id=order_id)
    if before is not None:
        wanted = wanted.filter(id__lt=before)
    columns = ("id", "kind", "to", "subject", "status", "order_id")
    rows = await (
        wanted.order_by("-id").limit(SHOWN + 1).only(*columns, "sent_at", "created_at")
    )
    shown = tuple(map(_listed, rows[:SHOWN]))
    return MailList(shown, shown[-1].id if len(rows) > SHOWN else None)


def _listed(row: Email) -> ListedMail:
    return ListedMail(
        kind=row.kind,
        to=row.to,
        subject=row.subject,
        status=row.status,
        at=row.sent_at or row.created_at,
        id=row.id,
        order_id=row.order_id,
        written_at=row.created_at,
    )


async def unsent() -> Unsent:
    """How many wait for longer than a quarter of an hour."""
    count = await count_some(_late())
    if not count:
        return Unsent()
    oldest = await _oldest(1)
    job = (
        await Job.filter(
            kind="mail.send", error__not_isnull=True, status__in=UNFINISHED
        )
        .order_by("-id")
        .first()
    )
    return Unsent(
        count,
        oldest[0].created_at if oldest else None,
        (job.error or "") if job else "",
    )


async def unsent_mails() -> tuple[UnsentMail, ...]:
    """The oldest of them."""
    return tuple(
        UnsentMail(
            row.kind,
            row.to,
            row.subject,
            row.created_at,
        )
        for row in await _oldest(SHOWN)
    )


async def _oldest(most: int) -> list[Email]:
    """A question for each state: in one the database would sort all that wait."""
    found: list[Email] = []
    for status in NOT_SENT:
        mails = _late().filter(status=status)
        found += await mails.order_by("created_at").limit(most)
    return sorted(found, key=lambda mail: (mail.created_at, mail.id))[:most]


def _late() -> QuerySet[Email]:
    return Email.filter(status__in=NOT_SENT, created_at__lt=clock.now() - LATE)
