"""Second factors of members: added, removed, and the recovery codes that go with them.

Each change is audited and mailed.
"""

from __future__ import annotations

import secrets
from typing import Any

import pyotp

from shared.core import clock
from shared.core.ids import digest
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.people import sessions
from shared.trade.people.factors import notices, passkeys, rules
from shared.trade.people.factors.errors import (
    PasskeyKnown,
    SetupEnded,
    TooManyFactors,
    UnknownFactor,
    WrongFirstCode,
)
from shared.trade.people.factors.models import RecoveryCode, SecondFactor
from shared.trade.people.factors.rules import FactorKind
from shared.trade.people.factors.sealed_secrets import Unreadable, Vault
from shared.trade.people.models import Member, Session

SETUP_LASTS = 1800  # seconds from the picture to the first code
KIND_WORDS = {FactorKind.TOTP: "an authenticator app", FactorKind.PASSKEY: "a passkey"}


def new_secret(vault: Vault, member_id: int) -> str:
    """A secret for an authenticator app, sealed: it waits in the page until the first code proves
    that the app has it.
    """
    return vault.seal(pyotp.random_base32(), owner=_setup(member_id))


def secret_in(vault: Vault, sealed: str, member_id: int) -> str:
    """The secret of a page. Raises SetupEnded."""
    try:
        return vault.open(sealed, owner=_setup(member_id), max_age=SETUP_LASTS)
    except Unreadable:
        raise SetupEnded from None


def app_address(secret: str, email: str, name: str) -> str:
    """What the picture says to an authenticator app (`otpauth://…`). `name`: the marketplace's."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=name)


def _setup(member_id: int) -> str:
    return f"setup:{member_id}"


async def add_app(
    vault: Vault,
    *,
    member_id: int,
    session_id: int,
    sealed: str,
    code: str,
    name: str,
) -> tuple[str, ...]:
    """Add an authenticator app whose first code is right; recovery codes where these are the first,
    else none.

    Raises SetupEnded, WrongFirstCode, TooManyFactors.
    """
    secret = secret_in(vault, sealed, member_id)
    typed = rules.typed_digits(code)
    step = None
    if typed is not None:
        step = rules.step_of(
            typed,
            now=clock.now(),
            taken=0,
            code_at=pyotp.TOTP(secret).generate_otp,
        )
    if step is None:
        raise WrongFirstCode
    values = {
        "sealed_secret": vault.seal(secret, owner=f"member:{member_id}"),
        "counter": step,
    }
    return await _add(member_id, session_id, FactorKind.TOTP, name, values)


async def add_passkey(
    *, member_id: int, session_id: int, made: passkeys.Made, name: str
) -> tuple[str, ...]:
    """Add a passkey; recovery codes where it is the first factor, else none.

    Raises TooManyFactors, PasskeyKnown.
    """
    if await SecondFactor.filter(credential_id=made.credential_id).exists():
        raise PasskeyKnown
    values = {
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "counter": made.counter,
    }
    return await _add(member_id, session_id, FactorKind.PASSKEY, name, values)


async def _add(
    member_id: int,
    session_id: int,
    kind: FactorKind,
    name: str,
    values: dict[str, Any],
) -> tuple[str, ...]:
    async with unit.transaction() as tx:
        member = await _member(tx, member_id)
        had = await SecondFactor.filter(member_id=member_id).count()
        if had >= rules.MOST_FACTORS:
            raise TooManyFactors(most=rules.MOST_FACTORS)
        named = (
            " ".join(name.split())[:60]
            or KIND_WORDS[kind].partition(" ")[2].capitalize()
        )
        await SecondFactor.create(
            member_id=member_id,
            kind=kind.value,
            name=named,
            **values,
        )
        await Member.filter(id=member_id, second_factor_at=None).update(
            second_factor_at=clock.now()
        )
        codes = () if had else await _make_codes(member_id)
        await _end_others(member_id, session_id)
        await notices.note(
            tx,
            "factor.added",
            member,
            "factor_added",
            what=KIND_WORDS[kind],
            name=named,
        )
    return codes


async def remove(
    *,
    member_id: int,
    session_id: int,
    factor_id: int,
) -> None:
    """Take a factor away; with the last one its owner's recovery codes go, too.

    Raises UnknownFactor.
    """
    async with unit.transaction() as tx:
        member = await _member(tx, member_id)
        row = await SecondFactor.filter(id=factor_id, member_id=member_id).first()
        if row is None:
            raise UnknownFactor
        await row.delete()
        if not await SecondFactor.filter(member_id=member_id).exists():
            await _forget(member_id)
        await _end_others(member_id, session_id)
        await notices.note(
            tx,
            "factor.removed",
            member,
            "factor_removed",
            what=KIND_WORDS[FactorKind(row.kind)],
            name=row.name,
        )


async def remove_all(
    tx: Transaction,
    member_id: int,
    *,
    actor: str,
) -> int:
    """Take every factor of a person away and end their sessions, inside the caller's transaction;
    how many there were.
    """
    member = await _member(tx, member_id)
    removed = await SecondFactor.filter(member_id=member_id).delete()
    await _forget(member_id)
    await _end_others(member_id, None)
    await notices.note(
        tx,
        "factor.reset",
        member,
        "factor_removed",
        actor=actor,
        what="every second step",
        name="",
    )
    return removed


async def new_recovery_codes(*, member_id: int) -> tuple[str, ...]:
    """Ten new codes; the former ones open nothing any more.

    Raises UnknownFactor for who has no factor.
    """
    async with unit.transaction() as tx:
        member = await _member(tx, member_id)
        if member.second_factor_at is None:
            raise UnknownFactor
        codes = await _make_codes(member_id)
        await notices.note(tx, "factor.codes_made", member, "recovery_codes_made")
    return codes


async def _make_codes(member_id: int) -> tuple[str, ...]:
    codes = [
        "".join(secrets.choice(rules.CODE_LETTERS) for _ in range(rules.CODE_LENGTH))
        for _ in range(rules.CODES)
    ]
    await RecoveryCode.filter(member_id=member_id).delete()
    await RecoveryCode.bulk_create(
        [RecoveryCode(member_id=member_id, code_digest=digest(code)) for code in codes]
    )
    return tuple(rules.shown_recovery_code(code) for code in codes)


async def _member(tx: Transaction, member_id: int) -> Member:
    found = await tx.lock(Member, missing=UnknownFactor, id=member_id)
    return found


async def _forget(member_id: int) -> None:
    await RecoveryCode.filter(member_id=member_id).delete()
    await Member.filter(id=member_id).update(
        second_factor_at=None,
        updated_at=clock.now(),
    )


async def _end_others(member_id: int, kept_session: int | None) -> None:
    """End the sessions that were opened by other means than those that hold from now on."""
    await sessions.revoke(
        Session.filter(member_id=member_id).exclude(id=kept_session or 0)
    )
