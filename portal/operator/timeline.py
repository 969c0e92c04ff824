"""An order's timeline in an operator's words: what was done, what Stripe told us, what we decided
and what that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

from portal.audit.details import called, in_detail, value_of
from portal.audit.words import noun, told
from portal.operator.badges import spoken
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales import ngettext
from shared.core.money import Money
from shared.entrypoints.web.filters import exact, money
from shared.entrypoints.web.links import url_for
from shared.finance.inbox import outcomes
from shared.finance.inbox.queries import EventView
from shared.finance.inbox.rules import Decision
from shared.finance.inbox.timeline import Done, Timeline, TimelineEvent
from shared.infra.activity.changes import FieldChange, Scalar
from shared.infra.mail.queries import MailView

DECISIONS = {
    Decision.APPLIED: ("ok", _n("Applied")),
    Decision.OLDER: ("plain", _n("Known already")),
    Decision.IGNORED: ("plain", _n("Ignored")),
    Decision.FAILED: ("bad", _n("Failed")),
    None: ("info", _n("Waiting")),
}
ACTORS = {
    "system": _n("The marketplace"),
    "stripe": _n("Stripe"),
    "shopper": _n("The shopper"),
}
AMOUNTS = frozenset(
    {
        "amount",
        "amount_stripe_fee",
        "commission_back",
        "commission_part",
        "disputed_amount",
        "fee",
        "left",
        "let_go",
        "loss_back",
        "loss_part",
        "lost_amount",
        "netted",
        "receivable",
        "refunded_amount",
        "taken",
        "vendor_back",
        "vendor_part",
        "written_off",
    }
)
_MADE = {"posting": _n("Posted to the ledger"), "mail": _n("Mail written")}
_ON_THE_PAGE = ("changes", "order")
TIMES = ("_at", "_on", "due_by")


def decisions() -> dict[Decision | None, tuple[str, str]]:
    """The badge of each decision: its kind and its word."""
    return spoken(DECISIONS)


@frozen
class ChangeLine:
    """A field that changed, ready to be read."""

    label: str
    before: str
    after: str


@frozen
class HistoryLine:
    """A line of the timeline. `badge` is the decision about an event; `href` opens it, and all that
    it changed `elsewhere`.
    """

    text: str
    at: datetime
    kind: str | None = None
    detail: str = ""
    badge: tuple[str, str] | None = None
    again: str = ""
    changes: tuple[ChangeLine, ...] = ()
    stripe_id: str | None = None
    href: str | None = None
    is_quiet: bool = False
    elsewhere: bool = False


@frozen
class Run:
    """Lines that follow each other; quiet ones are folded away."""

    lines: tuple[HistoryLine, ...]
    is_quiet: bool


def lines(timeline: Timeline) -> tuple[HistoryLine, ...]:
    """Every entry of a timeline."""
    return tuple(_line(entry, timeline.currency) for entry in timeline.entries)


def runs(found: Iterable[HistoryLine]) -> tuple[Run, ...]:
    """The same lines, with the quiet ones that follow each other put together."""
    return tuple(
        Run(tuple(lines), is_quiet)
        for is_quiet, lines in groupby(found, key=lambda line: line.is_quiet)
    )


def _line(entry: Done | TimelineEvent | MailView, currency: str) -> HistoryLine:
    if isinstance(entry, TimelineEvent):
        return _told(entry, currency)
    if isinstance(entry, MailView):
        return _of_mail(entry)
    act = entry.act
    return HistoryLine(
        told(act.kind),
        entry.at,
        kind="bad"
        if act.kind.endswith((".failed", ".parked", "_undeliverable"))
        else None,
        detail=f"{who(act.actor)} · {_things(act.subject)}{_details(act.details, currency)}",
        stripe_id=entry.stripe_id,
        href=url_for("operator.webhook", event_id=entry.stripe_id)
        if act.thing == "webhook_event"
        else None,
    )


def _of_mail(mail: MailView) -> HistoryLine:
    sentences = {
        "sent": _("Sent to %(address)s."),
        "waiting": _("Waits to be sent to %(address)s."),
        "failed": _("Could not be sent to %(address)s."),
    }
    return HistoryLine(
        _("Mail: %(subject)s", subject=mail.subject),
        mail.at,
        kind="warn" if mail.status == "failed" else None,
        detail=sentences[mail.status] % {"address": mail.to},
    )


def _told(entry: TimelineEvent, currency: str) -> HistoryLine:
    event = entry.event
    badge = decisions()[event.decision]
    return HistoryLine(
        event.type,
        entry.at,
        kind=badge[0] if badge[0] != "plain" else None,
        detail=event.error or outcomes.in_words(event.outcome),
        badge=badge,
        again=again(event),
        changes=change_lines(event.changes, currency),
        stripe_id=event.stripe_object_id,
        href=url_for("operator.webhook", event_id=event.stripe_event_id),
        is_quiet=event.decision in (Decision.OLDER, Decision.IGNORED)
        and not event.changes
        and not entry.elsewhere,
        elsewhere=entry.elsewhere,
    )


def again(event: EventView) -> str:
    """How often an event came again, in words."""
    if not event.duplicates:
        return ""
    return ngettext(
        "Delivered once more",
        "Delivered %(num)s times more",
        event.duplicates,
    )


def who(actor: str) -> str:
    """`member:7` -> Member 7"""
    return _(ACTORS[actor]) if actor in ACTORS else _things(actor)


def change_lines(
    changes: Iterable[FieldChange],
    currency: str | None,
) -> tuple[ChangeLine, ...]:
    """Changes with names and amounts as people read them."""
    return tuple(
        ChangeLine(
            _label(change),
            _value(change.field, change.before, currency),
            _value(change.field, change.after, currency),
        )
        for change in changes
    )


def _label(change: FieldChange) -> str:
    word = change.thing.partition(":")[0]
    if word in _MADE:
        return _(_MADE[word])
    thing = noun(word) if word in ("order", "account") else _things(change.thing)
    return f"{thing}: {called(change.field)}"


def _value(
    field: str,
    value: Scalar,
    currency: str | None,
) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, int) and field in AMOUNTS and currency:
        return money(Money(value, currency))
    if isinstance(value, str) and field.endswith(TIMES):
        return _time(value)
    return value_of(field, value)


def _time(value: str) -> str:
    try:
        return exact(datetime.fromisoformat(value))
    except ValueError:
        return value


def _details(details: Mapping[str, Any], currency: str) -> str:
    kept = {n: value for n, value in details.items() if n not in _ON_THE_PAGE}
    told = in_detail({"currency": currency, **kept})
    return f" · {told}" if told else ""


def _things(subject: str) -> str:
    word, _, number = subject.partition(":")
    return f"{noun(word)} {number}".rstrip()
