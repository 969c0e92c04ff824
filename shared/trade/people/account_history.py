"""What happened to a person's account: written to the audit trail, and told to the person."""

from __future__ import annotations

from datetime import timedelta

from shared.core import clock
from shared.core.words import codes
from shared.infra.audit.queries import EntryView, entries_about, was_done
from shared.infra.unit import Transaction
from shared.trade.people.persons import Person, label_of, vendor_of

FAILED = "person.sign_in_failed"
_SELDOM = timedelta(minutes=15)  # one line for a wave of guesses, not one per guess


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
        action,
        actor=actor or subject,
        subject=subject,
        vendor_id=vendor_of(person),
        **details,
    )


async def note_seldom(
    tx: Transaction,
    action: str,
    subject: str,
    *,
    vendor_id: int | None = None,
) -> None:
    """Write down what a stranger did, once in a quarter of an hour at most: a loop fills no
    disk.
    """
    since = clock.now() - _SELDOM
    if not await was_done(action, subject=subject, since=since):
        tx.record(
            action,
            actor="nobody",
            subject=subject,
            vendor_id=vendor_id,
        )


async def account_events(
    kind: str,
    person_id: int,
    *,
    limit: int = 12,
) -> tuple[EntryView, ...]:
    """What happened to a person's account lately, newest first: as much of it as the person is
    shown.
    """
    return await entries_about(
        f"{kind}:{person_id}", limit=limit, only=codes("account.acts")
    )
