"""Messages that do not get through: events of Stripe, mails."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from portal.operator.tasks.task import Task, counted
from shared.core import clock
from shared.entrypoints.web.filters import moment
from shared.entrypoints.web.links import url_for
from shared.finance.inbox import words as webhook_words
from shared.finance.inbox.rules import Light
from shared.finance.overview.dashboard import Dashboard


def parked_events(now: Dashboard) -> Iterator[Task]:
    """Events that failed too often."""
    if count := now.parked_events:
        title = counted(count, "webhook event is parked", "webhook events are parked")
        said = "They failed too often and wait for a person."
        if count == 1:
            said = "It failed too often and waits for a person."
        where = url_for("operator.webhooks", status="parked")
        yield Task("warn", title, said, where, "Open the inbox")


def webhooks(now: Dashboard) -> Iterator[Task]:
    """An endpoint whose light is not green."""
    titles = {
        Light.BAD: "Webhooks do not work: {}",
        Light.WARN: "Webhooks, look at them: {}",
    }
    for found in now.webhooks:
        if found.light in titles:
            row = webhook_words.row(found)
            title = titles[found.light].format(row.name.lower())
            yield Task(
                row.badge[0],
                title,
                row.sentence,
                url_for("operator.webhooks"),
                "See the endpoints",
            )


def mails(now: Dashboard) -> Iterator[Task]:
    if count := now.mails.count:
        title = counted(count, "mail does not go out", "mails do not go out")
        said = Markup("{}The oldest is from {}.").format(
            _spaced(now.mails.problem),
            moment(now.mails.since or clock.now()),
        )
        yield Task("bad", title, said, url_for("operator_mails.show"), "See what")


def _spaced(sentence: str) -> str:
    """The mail server's trouble, without the name of the error in front."""
    words = sentence.partition(": ")[2] or sentence
    return f"{words} " if words else ""
