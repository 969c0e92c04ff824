"""What a transaction writes down: who did what for the audit trail, what happened for the
history.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

from shared.core.frozen import frozen
from shared.infra.activity import cause
from shared.infra.activity.changes import Columns
from shared.infra.activity.models import Activity
from shared.infra.audit import origin
from shared.infra.audit.kinds import kind_of
from shared.infra.audit.models import AuditEntry
from shared.infra.database.base import Row

NO_DETAILS: Mapping[str, Any] = MappingProxyType({})


@frozen
class Act:
    """What somebody did: a stable dotted name, who (`member:7`, `stripe`, `system`), and what else
    is to be kept.

    `details` hold no secrets and no card data. What an act and its details are called on
    pages stands in templates/words/audit.toml.
    """

    name: str
    by: str = "system"
    details: Mapping[str, Any] = field(default_factory=dict)


def entry(
    action: str,
    actor: str,
    subject: str,
    vendor_id: int | None,
    details: Mapping[str, Any],
) -> AuditEntry:
    """Make the row of the audit trail, with where the actor acts from."""
    here = origin.of(actor)
    return AuditEntry(
        action=action,
        actor=actor,
        subject=subject,
        vendor_id=vendor_id,
        details=dict(details),
        address=here.address[:45],
        request_id=here.request_id,
        is_by_person=origin.is_person(actor),
        kind=kind_of(action),
    )


def activity_of_row(
    row: Row,
    act: Act | None,
    changes: Columns,
    *,
    kind: str,
) -> Activity:
    """Make the row of the history for an act on `row`, or for a change of it: `refund.changed`."""
    subject = row.as_subject
    done = act or Act(f"{subject.partition(':')[0]}.{kind}", "")
    return activity(
        done,
        subject,
        row.activity_order_id,
        getattr(row, "vendor_id", None),
        changes,
    )


def without_act(
    kind: str,
    *,
    subject: str,
    order_id: int | None,
    vendor_id: int | None,
    changes: Columns,
    details: Mapping[str, Any] = NO_DETAILS,
) -> Activity:
    """Make the row of something that happens without anybody's act and without a row of its own."""
    return activity(Act(kind, "", details), subject, order_id, vendor_id, changes)


def activity(
    act: Act,
    subject: str,
    order_id: int | None,
    vendor_id: int | None,
    changes: Columns,
) -> Activity:
    """Make a row of the history; an `amount` (minor units) and its `currency` have columns of their
    own.
    """
    amount, currency = act.details.get("amount"), act.details.get("currency")
    return Activity(
        kind=act.name,
        subject=subject[:140],
        order_id=order_id,
        vendor_id=vendor_id,
        actor=act.by,
        amount=amount if isinstance(amount, int) else None,
        currency=currency if isinstance(currency, str) else None,
        before=dict(changes.before) if changes else None,
        after=dict(changes.after) if changes else None,
        details=(dict(act.details) or None) if act.by else None,
        cause=cause.label() or _who_acts(act),
    )


def _who_acts(act: Act) -> str:
    return act.by if origin.is_person(act.by) else ""
