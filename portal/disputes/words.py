"""What happened to a dispute, as a vendor or an operator reads it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.timeline import TimelineEntry
from shared.core.locales import gettext as _
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
CHIPS = (
    ("all", "All"),
    ("answer", "To answer"),
    ("open", "Open"),
    ("closed", "Closed"),
)


def history(
    dispute: DisputeView, entries: Sequence[Happened], *, whose: str = "you"
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
            said = f"{amount('vendor')} of it from {whose}."
            return TimelineEntry(
                f"The bank took {amount()} back", entry.at, said, "bad"
            )
        case DisputeActivity.REINSTATED:
            said = f"{amount('vendor')} of it to {whose}."
            return TimelineEntry(f"The bank gave {amount()} back", entry.at, said, "ok")
        case DisputeActivity.SUBMITTED:
            return TimelineEntry(
                "The answer was handed in", entry.at, _who(entry.actor, whose)
            )
        case DisputeActivity.ACCEPTED:
            return TimelineEntry(
                "The loss was accepted", entry.at, _who(entry.actor, whose)
            )
        case DisputeActivity.ANSWER_REFUSED:
            return TimelineEntry(
                "The bank did not take the answer", entry.at, None, "bad"
            )
        case DisputeActivity.MOVED:
            return _moved(entry, details, accepted=accepted)
        case _:
            return None


def _opened(entry: Happened, details: Mapping[str, Any]) -> TimelineEntry:
    reason = word("disputes.reasons", str(details.get("reason")))
    kind = words("disputes.states", details["status"])["kind"]
    return TimelineEntry(_("The bank told us of it"), entry.at, f"{reason}.", kind)


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
    team = "your team" if whose == "you" else whose
    return f"By {team}." if actor.startswith("member:") else None
