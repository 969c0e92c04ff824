"""Withdrawals that fit no order: all of them are kept for a person, who hears of them by mail at
most once an hour.
"""

from __future__ import annotations

from datetime import datetime

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import new_nonce
from shared.infra import unit
from shared.infra.database.counting import count_each
from shared.infra.mail import service as mail
from shared.infra.unit import Act, Transaction
from shared.trade.people.queries import operator_emails
from shared.trade.returns.models import UnmatchedWithdrawal

SHOWN = 100


@frozen
class Declarant:
    """Who withdraws, and from which order, as it was typed."""

    full_name: str
    number: str
    email: str


@frozen
class UnmatchedView:
    """One that waits for a person."""

    id: int
    full_name: str
    number: str
    email: str
    asked_at: datetime


async def keep(
    declared: Declarant,
    *,
    language: str,
) -> None:
    """Keep it, send its receipt, and tell the operators, unless they were told within the hour."""
    now = clock.now()
    told = {**vars(declared), "asked_at": now}
    async with unit.transaction() as tx:
        await tx.create(
            UnmatchedWithdrawal,
            **vars(declared),
            language=language,
        )
        mail.post(
            tx,
            "withdrawal_received",
            to=declared.email,
            unique_key=f"withdrawal_received:{new_nonce()}",
            language=language,
            context=told,
        )
        await _tell_operators(
            tx,
            told,
            hour=f"{now:%Y%m%d%H}",
        )


async def _tell_operators(
    tx: Transaction,
    told: dict[str, object],
    *,
    hour: str,
) -> None:
    """The key has the hour: however many come, and from wherever, it is one mail an hour."""
    for operator in await operator_emails():
        mail.post(
            tx,
            "withdrawal_to_match",
            to=operator,
            unique_key=f"withdrawal_to_match:{hour}:{operator}",
            context=told,
        )


async def waiting() -> tuple[UnmatchedView, ...]:
    """The oldest of those that nobody has answered."""
    rows = UnmatchedWithdrawal.filter(answered_at=None).order_by("id").limit(SHOWN)
    return tuple(
        UnmatchedView(
            row.id,
            row.full_name,
            row.number,
            row.email,
            row.created_at,
        )
        for row in await rows
    )


async def count_waiting() -> int:
    """How many nobody has answered, as far as a page tells."""
    open_ones = UnmatchedWithdrawal.filter(answered_at=None)
    return (await count_each({"open": open_ones}))["open"]


async def answer(
    withdrawal_id: int,
    *,
    actor: str,
) -> None:
    """A person has dealt with it; twice is once. Raises WithdrawalNotFound."""
    async with unit.transaction() as tx:
        row = await tx.lock(
            UnmatchedWithdrawal,
            id=withdrawal_id,
        )
        if row.answered_at is None:
            await tx.change(
                row,
                act=Act("withdrawal.answered", actor),
                answered_at=clock.now(),
                answered_by=actor,
            )
