"""Money that waits for a person: parked, disputed, asked back, owed."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from portal.operator.tasks.task import Task, sums_of
from shared.core import clock
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.core.words import word
from shared.entrypoints.web.filters import day, filled, money, time_left
from shared.entrypoints.web.links import url_for
from shared.finance.disputes.queries import DisputeView
from shared.finance.overview.dashboard import Dashboard
from shared.infra.stripe_writes.queries import UnexpectedAnswer


def at_risk(now: Dashboard) -> Iterator[Task]:
    """Money that is not where it should be, and disputes, whose answer has a deadline."""
    if count := now.parked_payments:
        title = ngettext(
            "%(num)s payment is parked",
            "%(num)s payments are parked",
            count,
        )
        said = _(
            "Stripe took money that does not match the order. Nothing was marked as paid."
        )
        yield Task(
            "bad",
            title,
            said,
            url_for("operator.payments"),
            ngettext(
                "Look at it",
                "Look at them",
                count,
            ),
        )
    if unexpected := now.unexpected_answers:
        yield _unexpected(len(unexpected), unexpected[0])
    if (count := now.disputes) and (first := now.next_dispute):
        yield _dispute(count, first)


def _unexpected(count: int, first: UnexpectedAnswer) -> Task:
    """What Stripe did instead of what was asked for."""
    title = ngettext(
        "%(num)s answer of Stripe’s is not what was asked for",
        "%(num)s answers of Stripe’s are not what was asked for",
        count,
    )
    said = _(
        "Write %(number)s (%(operation)s, %(subject)s): %(error)s",
        number=first.write_id,
        operation=first.operation,
        subject=first.subject,
        error=first.error,
    )
    where = url_for("operator_reconciliation.index")
    return Task(
        "bad",
        title,
        said,
        where,
        _("See what differs"),
    )


def _dispute(count: int, first: DisputeView) -> Task:
    """The dispute with the least time left; an appeal is the staff's own to file."""
    title = ngettext(
        "%(num)s dispute waits for an answer",
        "%(num)s disputes wait for an answer",
        count,
    )
    what = _about(first)
    if count == 1:
        if first.is_appealable:
            title = _("1 dispute can be appealed")
        where = url_for("operator_disputes.show", dispute_id=first.id)
        return Task(
            "warn",
            title,
            what,
            where,
            _("See it"),
        )
    what = _("The next one: %(what)s", what=what)
    where = url_for("operator_disputes.index", status="answer")
    return Task(
        "warn",
        title,
        what,
        where,
        _("See them"),
    )


def _about(dispute: DisputeView) -> str:
    """How long it can be answered, what it is about, and who answers it."""
    what = _(
        "%(amount)s on order %(number)s of %(vendor)s. %(reason)s.",
        amount=money(dispute.amount),
        number=dispute.order_number,
        vendor=dispute.vendor_name,
        reason=word("disputes.reasons", dispute.reason_code),
    )
    if dispute.answer_by:
        what = f"{time_left(dispute.answer_by)}: {what}"
    if dispute.is_appealable:
        return _(
            "%(what)s An appeal is filed by you, in Stripe’s dashboard.", what=what
        )
    return what


def decisions(now: Dashboard) -> Iterator[Task]:
    """Refunds above the limit."""
    if count := now.refunds.count:
        title = ngettext(
            "%(num)s refund waits for your decision",
            "%(num)s refunds wait for your decision",
            count,
        )
        said = (
            _("%(sums)s, waiting since %(since)s.")
            if count == 1
            else _("%(sums)s in all; the oldest waits since %(since)s.")
        )
        text = filled(
            said,
            sums=sums_of(now.refunds.sums),
            since=day(now.refunds.since or clock.now()),
        )
        yield Task(
            "warn",
            title,
            text,
            url_for("operator_refunds.show"),
            _("Decide"),
        )


def transfers(now: Dashboard) -> Iterator[Task]:
    """What Stripe does not send to vendors at the moment."""
    if not now.transfers.count:
        return
    title = ngettext(
        "%(num)s transfer waits for its vendor’s account: %(sums)s",
        "%(num)s transfers wait for their vendors’ accounts: %(sums)s",
        now.transfers.count,
        sums=sums_of(now.transfers.sums),
    )
    yield Task(
        "warn",
        title,
        _("It goes out by itself once Stripe sends money to the account again."),
        url_for("operator_receivables.index"),
        _("See what waits"),
    )


def contributions(now: Dashboard) -> Iterator[Task]:
    """What the marketplace's balance did not cover of its own discounts."""
    if not now.contributions.count:
        return
    title = ngettext(
        "%(num)s vendor’s part of a discount waits for your balance: %(sums)s",
        "%(num)s parts of discounts wait for your balance: %(sums)s",
        now.contributions.count,
        sums=sums_of(now.contributions.sums),
    )
    yield Task(
        "warn",
        title,
        _(
            "Stripe sends it once your balance there has as much. It is tried every hour."
        ),
        url_for("operator_receivables.index"),
        _("See what waits"),
    )


def unpaid_refunds(now: Dashboard) -> Iterator[Task]:
    """What the marketplace's balance did not cover of refunds; shoppers wait for it."""
    waiting = now.unpaid_refunds
    if not waiting.count:
        return
    title = ngettext(
        "%(num)s refund waits for your balance: %(sums)s",
        "%(num)s refunds wait for your balance: %(sums)s",
        waiting.count,
        sums=sums_of(waiting.sums),
    )
    said = _(
        "Stripe sends them to the shoppers once your balance there has as much. "
        "The oldest waits since %(since)s."
    )
    text = filled(said, since=day(waiting.since or clock.now()))
    yield Task(
        "warn",
        title,
        text,
        url_for("operator_refunds.show", status="on_its_way"),
        _("See the refunds"),
    )


def owing(now: Dashboard) -> Iterator[Task]:
    """What vendors owe the marketplace."""
    if not now.owing.count:
        return
    title = ngettext(
        "%(num)s vendor owes %(sums)s",
        "%(num)s vendors owe %(sums)s",
        now.owing.count,
        sums=sums_of(now.owing.sums),
    )
    said = ngettext(
        "Its next sales pay it back.",
        "Their next sales pay it back.",
        now.owing.count,
    )
    if now.owing.since:
        since = filled(
            _("The oldest debt is from %(since)s."), since=day(now.owing.since)
        )
        said = Markup("{} {}").format(said, since)
    where = url_for("operator_receivables.index")
    yield Task(
        "warn",
        title,
        said,
        where,
        _("See the debts"),
    )
