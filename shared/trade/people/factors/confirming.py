"""What a right answer means: a fresh session, or one that is open at last."""

from __future__ import annotations

from shared.core import clock
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.people import account_history, sessions
from shared.trade.people.factors import notices
from shared.trade.people.factors.models import RecoveryCode
from shared.trade.people.models import Member, Session

RECOVERY = "recovery_code"


async def freshen(
    *,
    session_id: int,
    member: Member,
    by: str,
) -> str | None:
    """Note that the person has just shown who they are; the session's new token, so that a copy of
    the old one is not fresh.

    None when the session ended meanwhile.
    """
    now = clock.now()
    async with unit.transaction() as tx:
        token = await sessions.renew(
            kind="member",
            person_id=member.id,
            session_id=session_id,
        )
        if token is None:
            return None
        await Session.filter(id=session_id).update(
            authenticated_at=now, wrong_answers=0, updated_at=now
        )
        await account_history.note(tx, "person.confirmed", member, by=by)
        await _tell_of_code(tx, member, by)
    return token


async def enter(
    *,
    session_id: int,
    member: Member,
    by: str,
) -> str | None:
    """Open the whole marketplace to a session that had only the password; its new token.

    None when it ended meanwhile, or somebody entered with it at the same moment.
    """
    async with unit.transaction() as tx:
        token = await sessions.open_whole(tx, session_id, by=by)
        if token is not None:
            await _tell_of_code(tx, member, by)
    return token


async def _tell_of_code(tx: Transaction, member: Member, by: str) -> None:
    if by == RECOVERY:
        left = await codes_left(member.id)
        await notices.note(
            tx, "factor.code_used", member, "recovery_code_used", left=str(left)
        )


async def codes_left(member_id: int) -> int:
    """How many recovery codes a person still has."""
    return await RecoveryCode.filter(member_id=member_id, used_at=None).count()
