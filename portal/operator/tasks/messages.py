"""Messages that do not get through: events of Stripe, mails."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from portal.operator.tasks.task import Task
from shared.core import clock
from shared.core.formats import begun_small
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.entrypoints.web.filters import counted, filled, moment
from shared.entrypoints.web.links import url_for
from shared.finance.inbox import words as webhook_words
from shared.finance.inbox.rules import Light
from shared.finance.overview.dashboard import Dashboard


def parked_events(now: Dashboard) -> Iterator[Task]:
    """Events that failed too often."""
    if count := now.parked_events:
        title = ngettext(
            "%(num)s webhook event is parked",
            "%(num)s webhook events are parked",
            count,
        )
        said = ngettext(
            "It failed too often and waits for a person.",
            "They failed too often and wait for a person.",
            count,
        )
        where = url_for("operator.webhooks", status="parked")
        yield Task(
            "warn",
            title,
            said,
            where,
            _("Open the inbox"),
        )


def webhooks(now: Dashboard) -> Iterator[Task]:
    """An endpoint whose light is not green."""
    titles = {
        Light.BAD: _("Webhooks do not work: %(name)s"),
        Light.WARN: _("Webhooks, look at them: %(name)s"),
    }
    for found in now.webhooks:
        if found.light in titles:
            row = webhook_words.row(found)
            title = titles[found.light] % {"name": begun_small(row.name)}
            yield Task(
                row.badge[0],
                title,
                row.sentence,
                url_for("operator.webhooks"),
                _("See the endpoints"),
            )


def withdrawals(now: Dashboard) -> Iterator[Task]:
    """Those that fit no order; a shopper waits for an answer."""
    if count := now.withdrawals:
        title = ngettext(
            "%(num)s withdrawal fits no order",
            "%(num)s withdrawals fit no order",
            count,
        )
        yield Task(
            "warn",
            title,
            _("Find the order, or write to whoever withdrew."),
            url_for("operator_withdrawals.show"),
            _("See them"),
        )


def mails(now: Dashboard) -> Iterator[Task]:
    if count := now.mails.count:
        title = ngettext(
            "%(num)s mail does not go out",
            "%(num)s mails do not go out",
            count,
            num=counted(count),
        )
        since = moment(now.mails.since or clock.now())
        said = filled(_("The oldest is from %(since)s."), since=since)
        if trouble := _trouble(now.mails.problem):
            said = Markup("{} {}").format(trouble, said)
        yield Task(
            "bad",
            title,
            said,
            url_for("operator_mails.show"),
            _("See what"),
        )


def _trouble(sentence: str) -> str:
    """The mail server's trouble, without the name of the error in front."""
    return sentence.partition(": ")[2] or sentence
