"""What became of an order's money after the sale, as its vendor may know it: refunds, disputes, what was taken, payouts, mails.

A constant number of queries, whatever happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.core.money import Money
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import DisputeStatus
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.rules import PayoutState
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.infra.audit.models import AuditEntry
from shared.infra.mail.models import Email


@dataclass(frozen=True)
class RefundFact:
    """A refund: `moved_at` is when it last changed."""

    state: RefundState
    amount: Money
    by: str
    note: str
    refusal: str
    asked_at: datetime
    moved_at: datetime
    succeeded_at: datetime | None


@dataclass(frozen=True)
class DisputeFact:
    """A dispute with its dates."""

    status: DisputeStatus
    amount: Money
    is_inquiry: bool
    opened_at: datetime
    due_by: datetime | None
    submitted_at: datetime | None
    accepted_at: datetime | None
    withdrawn_at: datetime | None
    reinstated_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class TakenFact:
    """Money that Markethall took from the vendor's balance, or gave back to it. `because` is refund or dispute."""

    kind: MovementKind
    amount: Money
    because: str
    at: datetime


@dataclass(frozen=True)
class OwedFact:
    """A debt that arose (`more`) or became smaller, and what was owed afterwards."""

    more: bool
    amount: Money
    left: Money
    because: str
    given_up: bool
    at: datetime


@dataclass(frozen=True)
class PayoutFact:
    """The order's part of a payout."""

    state: PayoutState
    part: Money
    whole: Money
    bank: str
    made_at: datetime
    arrives_on: datetime | None
    paid_at: datetime | None
    failed_at: datetime | None


@dataclass(frozen=True)
class MailFact:
    """A mail to the shopper."""

    subject: str
    status: str
    at: datetime


@dataclass(frozen=True)
class Story:
    """What happened to an order's money, each kind oldest first."""

    refunds: tuple[RefundFact, ...]
    disputes: tuple[DisputeFact, ...]
    taken: tuple[TakenFact, ...]
    owed: tuple[OwedFact, ...]
    payouts: tuple[PayoutFact, ...]
    mails: tuple[MailFact, ...]


async def story_of(order_id: int, *, shopper: str) -> Story:
    """The story of one order; of its mails, those to `shopper`. The caller has checked that the reader may know."""
    claims = {row.subject: row.currency for row in await Claim.filter(order_id=order_id)}
    return Story(
        refunds=tuple(_refund(row) for row in await Refund.filter(order_id=order_id).order_by("id")),
        disputes=tuple(_dispute(row) for row in await Dispute.filter(order_id=order_id).order_by("id")),
        taken=await _taken(order_id) if claims else (),
        owed=await _owed(claims) if claims else (),
        payouts=await _payouts(order_id),
        mails=tuple(
            MailFact(row.subject, row.status, row.sent_at or row.created_at)
            for row in await Email.filter(order_id=order_id, to=shopper).order_by("id")
        ),
    )


def _refund(row: Refund) -> RefundFact:
    return RefundFact(
        state=RefundState(row.status),
        amount=Money(row.amount, row.currency),
        by=row.requested_by,
        note=row.note,
        refusal=row.refusal,
        asked_at=row.created_at,
        moved_at=row.updated_at,
        succeeded_at=row.succeeded_at,
    )


def _dispute(row: Dispute) -> DisputeFact:
    return DisputeFact(
        status=DisputeStatus(row.status),
        amount=Money(row.amount, row.currency),
        is_inquiry=row.is_inquiry,
        opened_at=row.opened_at,
        due_by=row.due_by,
        submitted_at=row.submitted_at,
        accepted_at=row.accepted_at,
        withdrawn_at=row.withdrawn_at,
        reinstated_at=row.reinstated_at,
        closed_at=row.closed_at,
    )


async def _taken(order_id: int) -> tuple[TakenFact, ...]:
    rows = Movement.filter(claim__order_id=order_id, status=MovementState.DONE).order_by("id").select_related("claim")
    return tuple(
        TakenFact(
            MovementKind(row.kind), Money(row.amount, row.claim.currency), _word(row.claim.subject), row.updated_at
        )
        for row in await rows
    )


async def _owed(currencies: Mapping[str, str]) -> tuple[OwedFact, ...]:
    """From the audit trail: a claim's row only holds what is owed now."""
    actions = ("vendor.owes", "vendor.owes_less", "claim.written_off")
    rows = await AuditEntry.filter(subject__in=sorted(currencies), action__in=actions).order_by("id")
    return tuple(
        OwedFact(
            more=row.action == "vendor.owes",
            amount=Money(int(row.details["amount"]), currencies[row.subject]),
            left=Money(int(row.details.get("left", 0)), currencies[row.subject]),
            because=_word(row.subject),
            given_up=row.action == "claim.written_off",
            at=row.created_at,
        )
        for row in rows
    )


def _word(subject: str) -> str:
    return subject.partition(":")[0]


async def _payouts(order_id: int) -> tuple[PayoutFact, ...]:
    parts: dict[int, int] = defaultdict(int)
    rows: dict[int, Payout] = {}
    for item in await PayoutItem.filter(order_id=order_id).order_by("payout_id").select_related("payout"):
        parts[item.payout_id] += item.amount
        rows[item.payout_id] = item.payout
    return tuple(
        PayoutFact(
            state=PayoutState(row.status),
            part=Money(parts[row.id], row.currency),
            whole=Money(row.amount, row.currency),
            bank=row.destination_words,
            made_at=row.created_at,
            arrives_on=row.arrives_on,
            paid_at=row.paid_at,
            failed_at=row.failed_at,
        )
        for row in rows.values()
    )
