"""What happened to a person's account: written to the audit trail, and told to the person in
words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.core import clock
from shared.infra.audit.own_words import OF_ACCOUNT
from shared.infra.audit.queries import entries_about, was_done
from shared.infra.unit import Transaction
from shared.trade.people.browser_names import told
from shared.trade.people.persons import Person, label_of, vendor_of

FAILED = "person.sign_in_failed"
_SELDOM = timedelta(minutes=15)  # one line for a wave of guesses, not one per guess


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """One thing that happened to an account, in words."""

    text: str
    detail: str
    at: datetime
    kind: str = "plain"


async def note(
    tx: Transaction,
    action: str,
    person: Person,
    *,
    actor: str | None = None,
    **details: object,
) -> None:
    """Write down what was done to an account, by its owner unless `actor` says otherwise."""
    subject = label_of(person)
    tx.record(
        action, actor=actor or subject, subject=subject, vendor_id=vendor_of(person), **details
    )


async def note_seldom(
    tx: Transaction, action: str, subject: str, *, vendor_id: int | None = None
) -> None:
    """Write down what a stranger did, once in a quarter of an hour at most: a loop fills no
    disk.
    """
    since = clock.now() - _SELDOM
    if not await was_done(action, subject=subject, since=since):
        tx.record(action, actor="nobody", subject=subject, vendor_id=vendor_id)


async def account_events(
    kind: str,
    person_id: int,
    *,
    limit: int = 12,
) -> tuple[AccountEvent, ...]:
    """What happened to a person's account lately, newest first."""
    entries = await entries_about(f"{kind}:{person_id}", limit=limit, only=frozenset(OF_ACCOUNT))
    return tuple(
        AccountEvent(
            entry.own_words,
            _detail(entry.details),
            entry.at,
            entry.own_kind,
        )
        for entry in entries
    )


def _detail(details: Mapping[str, Any]) -> str:
    browser = str(details.get("browser") or "")
    return told(browser) if browser else str(details.get("reason") or "")
