"""What happened to a dispute, as a vendor or an operator reads it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.finance.disputes import words
from shared.finance.disputes.queries import DisputeView
from shared.finance.disputes.rules import DisputeStatus
from shared.infra.audit.queries import EntryView

CHIPS = (("all", "All"), ("answer", "To answer"), ("open", "Open"), ("closed", "Closed"))


@dataclass(frozen=True)
class Happening:
    """A line of the timeline."""

    text: str
    at: datetime
    detail: str | None = None
    kind: str | None = None


def history(dispute: DisputeView, entries: Sequence[EntryView], *, whose: str = "you") -> tuple[Happening, ...]:
    """What happened, newest first; drafts in between are left out. `whose` is the vendor's name for other readers."""
    accepted = dispute.accepted_at is not None
    found = [_told(entry, dispute.amount.currency, whose, accepted=accepted) for entry in entries]
    return tuple(happening for happening in found if happening is not None)


def _told(entry: EntryView, currency: str, whose: str, *, accepted: bool) -> Happening | None:
    details = entry.details

    def amount(name: str = "amount") -> str:
        return money(Money(int(details.get(name, 0)), currency))

    match entry.action:
        case "dispute.opened":
            status = words.of(DisputeStatus(details["status"]))
            return Happening(
                "The bank told us of it", entry.at, words.reason(str(details.get("reason"))) + ".", status.kind
            )
        case "dispute.withdrawn":
            return Happening(
                f"The bank took {amount()} back", entry.at, f"{amount('vendor')} of it from {whose}.", "bad"
            )
        case "dispute.reinstated":
            return Happening(f"The bank gave {amount()} back", entry.at, f"{amount('vendor')} of it to {whose}.", "ok")
        case "dispute.submitted":
            return Happening("The answer was handed in", entry.at, _who(entry.actor, whose))
        case "dispute.accepted":
            return Happening("The loss was accepted", entry.at, _who(entry.actor, whose))
        case "dispute.answer_refused":
            return Happening("The bank did not take the answer", entry.at, None, "bad")
        case "dispute.moved":
            return _moved(entry, details, accepted=accepted)
        case _:
            return None


def _moved(entry: EntryView, details: Mapping[str, Any], *, accepted: bool) -> Happening:
    status = words.of(DisputeStatus(details["status"]), accepted=accepted)
    return Happening(status.badge, entry.at, status.text, status.kind)


def _who(actor: str, whose: str) -> str | None:
    team = "your team" if whose == "you" else whose
    return f"By {team}." if actor.startswith("member:") else None
