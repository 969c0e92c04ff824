"""Showing again that it is still the same person: what makes a sign-in fresh."""

from __future__ import annotations

from tortoise.expressions import F

from shared import clock
from shared.audit.service import record
from shared.database.unit import transaction
from shared.errors import Invalid, Unauthenticated
from shared.people import passwords, rules
from shared.people.factors.rules import MAX_TRIES
from shared.people.models import Member, Session


class WrongAnswer(Invalid):
    """The password or code is not right; a few tries are left."""

    code = "wrong_answer"
    default = "That password is not right."


class TooManyAnswers(Unauthenticated):
    """Too many wrong answers in one session: it is over."""

    code = "too_many_answers"
    default = "That was wrong too often. Please sign in again."


async def count_try(session_id: int) -> int:
    """Count a try before its answer is looked at, so that many at once are counted each; how many are left after it.

    Raises TooManyAnswers, and the session is over, when there is none left to have.
    """
    open_ = Session.filter(id=session_id, revoked_at=None)
    if not await open_.filter(wrong_answers__lt=MAX_TRIES).update(wrong_answers=F("wrong_answers") + 1):
        await open_.update(revoked_at=clock.now(), updated_at=clock.now())
        raise TooManyAnswers
    row = await Session.get(id=session_id)
    return MAX_TRIES - int(row.wrong_answers)


async def wrong(session_id: int, left: int, sentence: str, param: str) -> WrongAnswer | TooManyAnswers:
    """The error to raise after a wrong answer; the last one ends the session."""
    if left > 0:
        return WrongAnswer(sentence, param=param)
    await Session.filter(id=session_id, revoked_at=None).update(revoked_at=clock.now(), updated_at=clock.now())
    return TooManyAnswers()


async def by_password(*, session_id: int, member_id: int, password: str) -> None:
    """Make a session fresh by the password. Raises WrongAnswer; at the fifth in a row TooManyAnswers, and it is over."""
    left = await count_try(session_id)
    member = await Member.get(id=member_id)
    if not await passwords.matches(member.password_hash, password[: rules.MAX_PASSWORD + 1]):
        raise await wrong(session_id, left, WrongAnswer.default, "password")
    await freshen(session_id=session_id, member=member, by="password")


async def freshen(*, session_id: int, member: Member, by: str) -> None:
    """Note that the person has just shown who they are."""
    now = clock.now()
    async with transaction():
        await Session.filter(id=session_id, revoked_at=None).update(
            authenticated_at=now, wrong_answers=0, updated_at=now
        )
        await record(
            "member.confirmed",
            actor=f"member:{member.id}",
            subject=f"member:{member.id}",
            vendor_id=member.vendor_id,
            by=by,
        )
