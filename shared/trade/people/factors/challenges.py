"""Looking at what somebody answers: the password, a code, a passkey.

Tries are counted before they are looked at.
"""

from __future__ import annotations

import logging
from datetime import timedelta

import pyotp
from tortoise.expressions import F

from shared.core import clock
from shared.core.errors import Invalid
from shared.core.ids import digest
from shared.infra import unit
from shared.infra.audit import watch
from shared.trade.people import passwords, sessions
from shared.trade.people.factors import notices, passkeys, rules
from shared.trade.people.factors.errors import (
    PasskeyRefused,
    TooManyAnswers,
    TooManyCodes,
    WrongAnswer,
    WrongCode,
)
from shared.trade.people.factors.models import RecoveryCode, SecondFactor
from shared.trade.people.factors.rules import MAX_TRIES, FactorKind
from shared.trade.people.factors.sealed_secrets import Unreadable, Vault
from shared.trade.people.models import Member, Session
from shared.trade.people.rules import MAX_PASSWORD

log = logging.getLogger("markethall.people")


async def count_try(session_id: int) -> None:
    """Count a try before its answer is looked at, so that many at once are counted each.

    Raises TooManyAnswers.
    """
    mine = Session.filter(id=session_id, revoked_at=None)
    if not await mine.filter(wrong_answers__lt=MAX_TRIES).update(
        wrong_answers=F("wrong_answers") + 1
    ):
        await _end(session_id)
        raise TooManyAnswers
    row = await Session.get(id=session_id)
    if row.awaits_factor and await _wrong_lately(row) > rules.MOST_AN_HOUR:
        await _end(session_id)
        raise TooManyCodes


async def _wrong_lately(session: Session) -> int:
    """How often second steps of this person went wrong in an hour, so that the password buys few
    guesses, not endless ones.
    """
    lately = Session.filter(
        member_id=session.member_id, created_at__gt=clock.now() - timedelta(hours=1)
    )
    return sum(row.wrong_answers for row in await lately.only("id", "wrong_answers"))


async def refusal(session_id: int, wrong: Invalid) -> Invalid | TooManyAnswers:
    """What a wrong answer raises: `wrong`, after the last try TooManyAnswers, and the session is
    over.
    """
    row = await Session.get(id=session_id)
    whose = (
        f"member:{row.member_id}" if row.member_id else f"customer:{row.customer_id}"
    )
    watch.refused("answer.refused", who=whose, asked=wrong.param)
    if row.wrong_answers < MAX_TRIES:
        return wrong
    await _end(session_id)
    return TooManyAnswers()


async def _end(session_id: int) -> None:
    """End the session.

    Where the password was right and only the second step was not, its owner reads a mail.
    """
    async with unit.transaction() as tx:
        if not await sessions.revoke(Session.filter(id=session_id)):
            return
        row = await Session.get(id=session_id).select_related("member")
        if row.awaits_factor and row.member is not None:
            await notices.note(tx, "factor.refused", row.member, "factor_refused")


async def password(
    *,
    session_id: int,
    member: Member,
    typed: str,
) -> str:
    """`password` when it is right. Raises WrongAnswer, TooManyAnswers."""
    await count_try(session_id)
    if not await passwords.matches(member.password_hash, typed[: MAX_PASSWORD + 1]):
        raise await refusal(session_id, WrongAnswer(param="password"))
    return "password"


async def code(
    vault: Vault,
    *,
    session_id: int,
    member: Member,
    typed: str,
) -> str:
    """`totp` or `recovery_code`, whichever was right; it opens nothing again.

    Raises WrongAnswer, TooManyAnswers.
    """
    await count_try(session_id)
    if await _take_digits(vault, member, typed):
        return FactorKind.TOTP.value
    if await _take_recovery_code(member, typed):
        return "recovery_code"
    raise await refusal(session_id, WrongCode())


async def _take_digits(vault: Vault, member: Member, typed: str) -> bool:
    digits = rules.typed_digits(typed)
    if digits is None:
        return False
    owner = f"member:{member.id}"
    for row in await SecondFactor.filter(
        member_id=member.id,
        kind=FactorKind.TOTP.value,
    ):
        try:
            secret = vault.open(row.sealed_secret, owner=owner)
        except Unreadable:
            log.warning(
                "a second factor of %s was sealed under a key that is gone", owner
            )
            continue
        now = clock.now()
        step = rules.step_of(
            digits,
            now=now,
            taken=row.counter,
            code_at=pyotp.TOTP(secret).generate_otp,
        )
        # Sealed anew with each use, so that an old key can go some day.
        fresh = {
            "counter": step,
            "sealed_secret": vault.seal(secret, owner=owner),
            "last_used_at": now,
        }
        if step is not None and await SecondFactor.filter(
            id=row.id, counter__lt=step
        ).update(**fresh, updated_at=now):
            return True
    return False


async def _take_recovery_code(member: Member, typed: str) -> bool:
    bare = rules.typed_recovery_code(typed)
    if bare is None:
        return False
    mine = RecoveryCode.filter(
        member_id=member.id,
        code_digest=digest(bare),
        used_at=None,
    )
    return bool(
        await mine.update(
            used_at=clock.now(),
            updated_at=clock.now(),
        )
    )


async def ask_for_passkey(
    site: passkeys.Site | None, *, session_id: int, member_id: int
) -> str | None:
    """What the page hands to the browser; None where there is no passkey to ask for.

    The challenge waits in the session.
    """
    from shared.trade.people.factors import ceremonies  # late: see there

    known = (
        await SecondFactor.filter(
            member_id=member_id,
            kind=FactorKind.PASSKEY.value,
        ).order_by("id")
        if site
        else []
    )
    if site is None or not known:
        return None
    question = ceremonies.ask_for(site, known)
    await remember(session_id, question)
    return question.options


async def remember(session_id: int, question: passkeys.Question) -> None:
    """Keep the challenge with the session: the next answer must be to it."""
    await Session.filter(id=session_id).update(
        challenge=question.challenge,
        updated_at=clock.now(),
    )


async def take_challenge(session_id: int) -> str:
    """The challenge of this session, once. Raises PasskeyRefused when there is none."""
    async with unit.transaction():
        row = await Session.get(id=session_id)
        taken = row.challenge and await Session.filter(
            id=session_id, challenge=row.challenge
        ).update(challenge=None)
    if not taken or row.challenge is None:
        raise PasskeyRefused
    return str(row.challenge)


async def passkey(
    site: passkeys.Site | None,
    *,
    session_id: int,
    member: Member,
    answer: str,
) -> str:
    """`passkey` when it is one of this person's. Raises WrongAnswer, TooManyAnswers."""
    await count_try(session_id)
    try:
        await _take_passkey(site, session_id, member, answer)
    except PasskeyRefused as refused:
        log.info("a passkey of member:%s was refused: %s", member.id, refused.log)
        raise await refusal(
            session_id, WrongAnswer(refused.message, param="credential")
        )
    return FactorKind.PASSKEY.value


async def _take_passkey(
    site: passkeys.Site | None, session_id: int, member: Member, answer: str
) -> None:
    from shared.trade.people.factors import ceremonies  # late: see there

    challenge = await take_challenge(session_id)
    named = passkeys.credential_of(answer)
    row = await SecondFactor.filter(
        member_id=member.id, kind=FactorKind.PASSKEY.value, credential_id=named
    ).first()
    if site is None or row is None:
        raise PasskeyRefused
    counter = ceremonies.shown(site, answer, challenge=challenge, factor=row)
    now = clock.now()
    await SecondFactor.filter(id=row.id).update(
        counter=counter, last_used_at=now, updated_at=now
    )
