"""Money that waits for a person: parked, disputed, asked back, owed."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from portal.operator.tasks.task import Task, counted, sums_of
from shared.core import clock
from shared.core.words import word
from shared.entrypoints.web.filters import day, money, time_left
from shared.entrypoints.web.links import url_for
from shared.finance.disputes.queries import DisputeView
from shared.finance.overview.dashboard import Dashboard
from shared.infra.stripe_writes.queries import UnexpectedAnswer


def at_risk(now: Dashboard) -> Iterator[Task]:
    """Money that is not where it should be, and disputes, whose answer has a deadline."""
    if count := now.parked_payments:
        title = counted(count, "payment is parked", "payments are parked")
        said = "Stripe took money that does not match the order. Nothing was marked as paid."
        yield Task(
            "bad",
            title,
            said,
            url_for("operator.payments"),
            "Look at it" if count == 1 else "Look at them",
        )
    if unexpected := now.unexpected_answers:
        yield _unexpected(len(unexpected), unexpected[0])
    if (count := now.disputes) and (first := now.next_dispute):
        yield _dispute(count, first)


def _unexpected(count: int, first: UnexpectedAnswer) -> Task:
    """What Stripe did instead of what was asked for."""
    title = counted(
        count,
        "answer of Stripe’s is not what was asked for",
        "answers of Stripe’s are not what was asked for",
    )
    said = f"Write {first.write_id} ({first.operation}, {first.subject}): {first.error}"
    where = url_for("operator_reconciliation.index")
    return Task("bad", title, said, where, "See what differs")


def _dispute(count: int, first: DisputeView) -> Task:
    """The dispute with the least time left; an appeal is the staff's own to file."""
    title = counted(count, "dispute waits for an answer", "disputes wait for an answer")
    if count == 1 and first.is_appealable:
        title = "1 dispute can be appealed"
    left = f"{time_left(first.answer_by)}: " if first.answer_by else ""
    nearest = "The next one: " if count > 1 else ""
    reason = word("disputes.reasons", first.reason_code)
    what = (
        f"{nearest}{left}{money(first.amount)} on order {first.order_number} of "
        f"{first.vendor_name}. {reason}."
    )
    if first.is_appealable:
        what += " An appeal is filed by you, in Stripe’s dashboard."
    if count == 1:
        where = url_for("operator_disputes.show", dispute_id=first.id)
        return Task("warn", title, what, where, "See it")
    where = url_for("operator_disputes.index", status="answer")
    return Task("warn", title, what, where, "See them")


def decisions(now: Dashboard) -> Iterator[Task]:
    """Refunds above the limit."""
    if count := now.refunds.count:
        title = counted(
            count,
            "refund waits for your decision",
            "refunds wait for your decision",
        )
        before = ", waiting since "
        if count > 1:
            before = " in all; the oldest waits since "
        since = day(now.refunds.since or clock.now())
        said = Markup("{}{}{}.").format(sums_of(now.refunds.sums), before, since)
        yield Task("warn", title, said, url_for("operator_refunds.show"), "Decide")


def owing(now: Dashboard) -> Iterator[Task]:
    """What vendors owe the marketplace."""
    if not now.owing.count:
        return
    who = counted(now.owing.count, "vendor owes", "vendors owe")
    whose = "Its" if now.owing.count == 1 else "Their"
    said = f"{whose} next sales pay it back."
    if now.owing.since:
        since = Markup(" The oldest debt is from {}.").format(day(now.owing.since))
        said += since
    where = url_for("operator_receivables.index")
    yield Task("warn", f"{who} {sums_of(now.owing.sums)}", said, where, "See the debts")
