"""What happened to a person's account, in words: on the person's own pages and the operator's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.core.frozen import frozen
from shared.infra.audit.queries import EntryView
from shared.trade.people.browser_names import told


@frozen
class AccountEvent:
    """One thing that happened to an account, in words."""

    text: str
    detail: str
    at: datetime
    kind: str


def happenings(entries: Sequence[EntryView]) -> tuple[AccountEvent, ...]:
    """Each in words."""
    return tuple(_event(entry) for entry in entries)


def _event(entry: EntryView) -> AccountEvent:
    said = entry.words("account.acts")
    return AccountEvent(
        said["text"],
        _detail(entry.details),
        entry.at,
        said["kind"],
    )


def _detail(details: Mapping[str, Any]) -> str:
    browser = str(details.get("browser") or "")
    return told(browser) if browser else str(details.get("reason") or "")
