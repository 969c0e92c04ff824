"""What happened to a dispute, as a vendor or an operator reads it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.timeline import TimelineEntry
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.core.words import word, words
from shared.entrypoints.web.filters import money
from shared.finance.disputes.activity import DisputeActivity
from shared.finance.disputes.queries import DisputeView
from shared.finance.disputes.rules import DisputeStatus, shown_status
from shared.infra.activity.queries import Happened

# Drafts in between are left out.
KINDS = frozenset(DisputeActivity) - {
    DisputeActivity.DRAFTED,
    DisputeActivity.ATTACHED,
    DisputeActivity.DETACHED,
}
VENDOR = ""  # the vendor reads about its own
CHIPS = (
    ("all", _l("All")),
    ("answer", _l("To answer")),
    ("open", _l("Open")),
    ("closed", _l("Closed")),
)


def history(
    dispute: DisputeView, entries: Sequence[Happened], *, whose: str = VENDOR
) -> tuple[TimelineEntry, ...]:
    """What happened, newest first. `whose` is the vendor's name for other readers."""
    accepted = dispute.accepted_at is not None
    found = [
        _told(
            entry,
            dispute.amount.currency,
            whose,
            accepted=accepted,
        )
        for entry in entries
    ]
    return tuple(happening for happening in found if happening is not None)


def _told(
    entry: Happened,
    currency: str,
    whose: str,
    *,
    accepted: bool,
) -> TimelineEntry | None:
    details = entry.details

    def amount(name: str = "amount") -> str:
        return money(Money(int(details.get(name, 0)), currency))

    match entry.kind:
        case DisputeActivity.OPENED:
            return _opened(entry, details)
        case DisputeActivity.WITHDRAWN:
            text = _("The bank took %(amount)s back", amount=amount())
            detail = _taken_from(whose, amount("vendor"))
            return TimelineEntry(text, entry.at, detail, "bad")
        case DisputeActivity.REINSTATED:
            text = _("The bank gave %(amount)s back", amount=amount())
            detail = _given_to(whose, amount("vendor"))
            return TimelineEntry(text, entry.at, detail, "ok")
        case DisputeActivity.SUBMITTED:
            text = _("The answer was handed in")
            return TimelineEntry(text, entry.at, _who(entry.actor, whose))
        case DisputeActivity.PART_GIVEN | DisputeActivity.PART_CLOSED:
            return _part_closed(entry, whose)
        case DisputeActivity.ACCEPTED:
            text = _("The loss was accepted")
            return TimelineEntry(text, entry.at, _who(entry.actor, whose))
        case DisputeActivity.ANSWER_REFUSED:
            text = _("The bank did not take the answer")
            return TimelineEntry(text, entry.at, None, "bad")
        case DisputeActivity.MOVED:
            return _moved(entry, details, accepted=accepted)
        case _:
            return None


def _opened(entry: Happened, details: Mapping[str, Any]) -> TimelineEntry:
    reason = word("disputes.reasons", str(details.get("reason")))
    kind = words("disputes.states", details["status"])["kind"]
    return TimelineEntry(_("The bank told us of it"), entry.at, f"{reason}.", kind)


def _part_closed(entry: Happened, whose: str) -> TimelineEntry:
    if entry.kind == DisputeActivity.PART_CLOSED:
        text = _("The time for the vendor’s part of the answer was over")
    else:
        text = _("The vendor’s part of the answer was handed in")
    return TimelineEntry(text, entry.at, _who(entry.actor, whose))


def _moved(
    entry: Happened,
    details: Mapping[str, Any],
    *,
    accepted: bool,
) -> TimelineEntry:
    said = words(
        "disputes.states",
        shown_status(DisputeStatus(details["status"]), accepted=accepted),
    )
    return TimelineEntry(
        said["badge"],
        entry.at,
        said["text"],
        said["kind"],
    )


def _who(actor: str, whose: str) -> str | None:
    if not actor.startswith("member:"):
        return None
    return _("By your team.") if whose == VENDOR else _("By %(vendor)s.", vendor=whose)


def _taken_from(whose: str, amount: str) -> str:
    if whose == VENDOR:
        return _("%(amount)s of it from you.", amount=amount)
    return _("%(amount)s of it from %(vendor)s.", amount=amount, vendor=whose)


def _given_to(whose: str, amount: str) -> str:
    if whose == VENDOR:
        return _("%(amount)s of it to you.", amount=amount)
    return _("%(amount)s of it to %(vendor)s.", amount=amount, vendor=whose)
