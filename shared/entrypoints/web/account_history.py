"""What happened to a person's account, in words: on the person's own pages and the operator's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.core.words import words
from shared.infra.audit.queries import EntryView
from shared.trade.people.browser_names import told


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to an account."""

    text: str
    detail: str
    at: datetime
    kind: str


def happenings(entries: Sequence[EntryView]) -> tuple[Happening, ...]:
    """Each in words."""
    return tuple(_happening(entry) for entry in entries)


def _happening(entry: EntryView) -> Happening:
    said = words("account.acts", entry.action)
    return Happening(
        said["text"],
        _detail(entry.details),
        entry.at,
        said["kind"],
    )


def _detail(details: Mapping[str, Any]) -> str:
    browser = str(details.get("browser") or "")
    return told(browser) if browser else str(details.get("reason") or "")
