"""What happened to a person's account: written to the audit trail, and told to the person in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.core import clock
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.infra.audit.models import AuditEntry
from shared.infra.unit import Transaction
from shared.trade.people.browsers import told
from shared.trade.people.persons import Person, label_of, vendor_of

FAILED = "person.sign_in_failed"
WORDS = {
    "person.signed_in": _n("Signed in"),
    FAILED: _n("Wrong password at the sign-in"),
    "person.password_given": _n("Right password; the second step was asked for"),
    "person.confirmed": _n("Confirmed who it is, before something that matters"),
    "person.signed_out": _n("Signed out"),
    "person.session_ended": _n("A browser was signed out"),
    "person.sessions_ended": _n("Signed out everywhere"),
    "person.password_changed": _n("Password changed"),
    "person.password_refused": _n("Wrong password in a browser that is signed in"),
    "person.reset_asked": _n("A link for a new password was asked for"),
    "person.password_reset": _n("New password chosen by a mailed link"),
    "person.email_confirmed": _n("Address confirmed"),
    "person.email_change_asked": _n("Another address asked for"),
    "person.email_change_cancelled": _n("The other address was called off"),
    "person.email_changed": _n("Address changed"),
    "person.email_change_undone": _n("Address changed back"),
    "factor.added": _n("Second step added"),
    "factor.removed": _n("Second step removed"),
    "factor.codes_made": _n("New recovery codes made"),
    "factor.code_used": _n("Recovery code used"),
    "factor.refused": _n("Right password, but five wrong codes"),
    "factor.reset_asked": _n("Removal of the second step asked for"),
    "factor.reset_stopped": _n("Removal of the second step stopped"),
    "factor.reset": _n("Second step removed by the marketplace"),
    "person.switched_off": _n("Account switched off"),
    "person.switched_on": _n("Account switched on again"),
}
_SELDOM = timedelta(minutes=15)  # one line for a wave of guesses, not one per guess


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened to an account, in words."""

    text: str
    detail: str
    at: datetime
    kind: str = "plain"


async def note(tx: Transaction, action: str, person: Person, *, actor: str | None = None, **details: object) -> None:
    """Write down what was done to an account, by its owner unless `actor` says otherwise."""
    subject = label_of(person)
    tx.record(action, actor=actor or subject, subject=subject, vendor_id=vendor_of(person), **details)


async def note_seldom(tx: Transaction, action: str, subject: str, *, vendor_id: int | None = None) -> None:
    """Write down what a stranger did, once in a quarter of an hour at most: a loop fills no disk."""
    since = clock.now() - _SELDOM
    if not await AuditEntry.filter(subject=subject, action=action, created_at__gt=since).exists():
        tx.record(action, actor="nobody", subject=subject, vendor_id=vendor_id)


async def happenings(kind: str, person_id: int, *, limit: int = 12) -> tuple[Happening, ...]:
    """What happened to a person's account lately, newest first."""
    rows = await AuditEntry.filter(subject=f"{kind}:{person_id}", action__in=list(WORDS)).order_by("-id").limit(limit)
    return tuple(
        Happening(_(WORDS[row.action]), _detail(row.details or {}), row.created_at, _KINDS.get(row.action, "plain"))
        for row in rows
    )


def _detail(details: Mapping[str, Any]) -> str:
    browser = str(details.get("browser") or "")
    return told(browser) if browser else str(details.get("reason") or "")


_KINDS = {
    FAILED: "warn",
    "factor.refused": "warn",
    "factor.code_used": "warn",
    "person.password_refused": "warn",
    "person.switched_off": "bad",
}
