"""What a right answer means: a fresh session, or one that is open at last."""

from __future__ import annotations

from shared import clock
from shared.audit.service import record
from shared.database.unit import transaction
from shared.people import sessions
from shared.people.factors import service
from shared.people.factors.models import RecoveryCode
from shared.people.models import Member, Session

RECOVERY = "recovery_code"


async def freshen(*, session_id: int, member: Member, by: str) -> None:
    """Note that the person has just shown who they are."""
    now = clock.now()
    async with transaction():
        await Session.filter(id=session_id, revoked_at=None).update(
            authenticated_at=now, wrong_answers=0, updated_at=now
        )
        await _note("member.confirmed", member, by)


async def enter(*, session_id: int, member: Member, by: str) -> str | None:
    """Open the whole marketplace to a session that had only the password; its new token.

    None when it ended meanwhile, or somebody entered with it at the same moment.
    """
    async with transaction():
        token = await sessions.open_whole(session_id)
        if token is not None:
            await _note("member.second_step", member, by)
    return token


async def _note(action: str, member: Member, by: str) -> None:
    label = f"member:{member.id}"
    await record(action, actor=label, subject=label, vendor_id=member.vendor_id, by=by)
    if by == RECOVERY:
        left = await codes_left(member.id)
        await service.note("factor.code_used", member, "recovery_code_used", left=str(left))


async def codes_left(member_id: int) -> int:
    """How many recovery codes a person still has."""
    return await RecoveryCode.filter(member_id=member_id, used_at=None).count()
