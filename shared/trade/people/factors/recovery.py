"""When somebody has lost every factor and every code: an operator asks, a day goes by, and the
person may stop it.
"""

from __future__ import annotations

from datetime import datetime

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import digest, new_token
from shared.infra import unit
from shared.infra.jobs import Context, job
from shared.infra.unit import Transaction
from shared.trade.people import rules as people
from shared.trade.people.errors import BadEmail
from shared.trade.people.factors import notices, service
from shared.trade.people.factors.errors import (
    NoOperatorToReset,
    NothingToReset,
    ResetByCommand,
    ResetEnded,
    ResetOver,
    ResetUnderWay,
)
from shared.trade.people.factors.models import FactorReset
from shared.trade.people.factors.rules import RESET_AFTER
from shared.trade.people.models import Member


@frozen
class ResetView:
    """One that was asked for."""

    id: int
    full_name: str
    email: str
    asked_at: datetime
    effective_at: datetime
    state: str  # waiting | stopped | done


async def ask(*, email: str, actor: str) -> ResetView:
    """Take somebody's second steps away in a day.

    Raises NothingToReset, ResetByCommand, ResetUnderWay.
    """
    try:
        found = await Member.filter(email=people.normal_email(email)).first()
    except BadEmail:
        found = None
    if found is None or found.second_factor_at is None:
        raise NothingToReset(param="email")
    if found.role == "operator":
        raise ResetByCommand(param="email")
    token, at = new_token("mhr"), clock.now() + RESET_AFTER
    async with unit.transaction() as tx:
        await tx.lock(Member, id=found.id)
        if await FactorReset.filter(
            member_id=found.id,
            stopped_at=None,
            done_at=None,
        ).exists():
            raise ResetUnderWay(param="email")
        row = await FactorReset.create(
            member_id=found.id,
            asked_by=actor,
            effective_at=at,
            stop_digest=digest(token),
        )
        carry_out.at(at, once=f"{carry_out.kind}:{row.id}")(tx, reset_id=row.id)
        told = {"token": token, "until": at}
        await notices.tell(tx, "factor_reset_asked", found, **told)
        await _note(tx, "factor.reset_asked", found, actor)
    return _view(row, found)


async def stop(token: str) -> None:
    """The person in the mail says no. Raises ResetEnded."""
    async with unit.transaction() as tx:
        row = await tx.lock(
            FactorReset,
            missing=ResetEnded,
            stop_digest=digest(token),
            stopped_at=None,
            done_at=None,
        )
        member = await Member.get(id=row.member_id)
        await _stop(tx, row, member, actor=f"member:{member.id}")


async def call_off(reset_id: int, *, actor: str) -> None:
    """An operator takes it back. Raises ResetOver."""
    async with unit.transaction() as tx:
        row = await tx.lock_first(
            FactorReset.filter(
                id=reset_id,
                stopped_at=None,
                done_at=None,
            )
        )
        if row is None:
            raise ResetOver
        await _stop(
            tx,
            row,
            await Member.get(id=row.member_id),
            actor=actor,
        )


async def _stop(
    tx: Transaction,
    row: FactorReset,
    member: Member,
    *,
    actor: str,
) -> None:
    now = clock.now()
    await FactorReset.filter(id=row.id).update(stopped_at=now, updated_at=now)
    await _note(tx, "factor.reset_stopped", member, actor)


async def exists(token: str) -> bool:
    """Whether a mailed link still stops something."""
    return await FactorReset.filter(
        stop_digest=digest(token), stopped_at=None, done_at=None
    ).exists()


@job("people.reset_factors", renamed={"id": "reset_id"})
async def carry_out(_context: Context, reset_id: int) -> None:
    """Take the second steps away, unless it was stopped meanwhile."""
    async with unit.transaction() as tx:
        row = await tx.lock_first(
            FactorReset.filter(
                id=reset_id,
                stopped_at=None,
                done_at=None,
            )
        )
        if row is None or row.effective_at > clock.now():
            return
        await service.remove_all(tx, row.member_id, actor=row.asked_by)
        now = clock.now()
        await FactorReset.filter(id=row.id).update(done_at=now, updated_at=now)


async def at_once(email: str) -> None:
    """Take an operator's second steps away now: for whoever runs the server.

    Raises NoOperatorToReset, BadEmail.
    """
    found = await Member.filter(
        email=people.normal_email(email),
        role="operator",
    ).first()
    if found is None or found.second_factor_at is None:
        raise NoOperatorToReset
    async with unit.transaction() as tx:
        await service.remove_all(tx, found.id, actor="system")


async def latest(limit: int = 20) -> tuple[ResetView, ...]:
    """What was asked for lately, the newest first."""
    rows = await FactorReset.all().order_by("-id").limit(limit).select_related("member")
    return tuple(_view(row, row.member) for row in rows)


def _view(row: FactorReset, member: Member) -> ResetView:
    state = "done" if row.done_at else "stopped" if row.stopped_at else "waiting"
    return ResetView(
        row.id,
        member.full_name,
        member.email,
        row.created_at,
        row.effective_at,
        state,
    )


async def _note(
    tx: Transaction,
    action: str,
    member: Member,
    actor: str,
) -> None:
    tx.record(
        action, actor=actor, subject=f"member:{member.id}", vendor_id=member.vendor_id
    )
