"""API tokens: made, known again, revoked, and told of before they end."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import time, timedelta

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.ids import born, digest, new_token
from shared.infra import unit
from shared.infra.jobs import Context, recurring
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.people import scopes
from shared.trade.people.errors import UnknownToken
from shared.trade.people.models import Member, Token
from shared.trade.people.queries import Actor
from shared.trade.people.scopes import Scope

_TOUCH_TOKEN = timedelta(minutes=1)
_MAX_TOKEN = 100  # longer than any token of ours
SHOWN_FOR = timedelta(minutes=10)


@frozen
class NewToken:
    """What a token is made of.

    `form` is the one-time key of the form it was asked for with; `lasts` is in days, 0 for ever.
    """

    name: str
    scopes: frozenset[Scope] = frozenset({Scope.PAYMENTS_READ})
    lasts: int = 0
    form: str = ""


async def create_token(
    *,
    vendor_id: int,
    member_id: int,
    name: str,
    allowed: Iterable[Scope] = (Scope.PAYMENTS_READ,),
) -> str:
    """Make an API token without an end. This is the only time it can be seen."""
    token = new_token("mht")
    async with unit.transaction() as tx:
        await _store(
            tx,
            vendor_id,
            member_id,
            NewToken(name, frozenset(allowed)),
            token,
        )
    return token


async def create_from_form(
    new: NewToken,
    *,
    vendor_id: int,
    member_id: int,
    secret: str,
) -> bool:
    """Make the token of a form, once: False when this form has made its own already.

    Raises Invalid.

    `token_of` tells it to whoever sent the form, for some minutes.
    """
    token = token_of(
        new.form,
        vendor_id=vendor_id,
        member_id=member_id,
        secret=secret,
    )
    try:
        async with unit.transaction() as tx:
            await _store(tx, vendor_id, member_id, new, token)
    except IntegrityError:
        if await Token.filter(token_digest=digest(token)).exists():
            return False
        raise
    return True


def token_of(
    form: str,
    *,
    vendor_id: int,
    member_id: int,
    secret: str,
) -> str:
    """The token that this member's form stands for: the same each time, so that nobody has to keep
    it to show it again.

    Without our secret nobody makes it out of the form's key; without the key we do not know it
    either.
    """
    said = f"api-token:{vendor_id}:{member_id}:{form}"
    made = hmac.new(
        secret.encode(),
        said.encode(),
        hashlib.sha256,
    ).digest()[:24]
    return f"mht_{base64.urlsafe_b64encode(made).decode()}"


async def shown_again(
    form: str,
    *,
    vendor_id: int,
    member_id: int,
    secret: str,
) -> str | None:
    """The token that this member's form made in the last minutes; None for any other, and once it
    is revoked.
    """
    token = token_of(
        form,
        vendor_id=vendor_id,
        member_id=member_id,
        secret=secret,
    )
    fresh = await Token.filter(
        token_digest=digest(token),
        vendor_id=vendor_id,
        member_id=member_id,
        revoked_at=None,
        created_at__gt=clock.now() - SHOWN_FOR,
    ).exists()
    return token if fresh else None


async def _store(
    tx: Transaction, vendor_id: int, member_id: int, new: NewToken, token: str
) -> None:
    now = clock.now()
    row = await Token.create(
        vendor_id=vendor_id,
        member_id=member_id,
        name=new.name.strip()[:80] or "Token",
        hint=token[:8],
        token_digest=digest(token),
        scopes=scopes.written(new.scopes),
        expires_at=scopes.end_of(new.lasts, now),
    )
    actor = f"member:{member_id}"
    tx.record(
        "token.made",
        actor=actor,
        subject=_subject(row.id),
        vendor_id=vendor_id,
        name=row.name,
        scopes=row.scopes,
        ends=row.expires_at.isoformat() if row.expires_at else None,
    )
    await _tell_owners(tx, "api_token_made", row)


async def _tell_owners(tx: Transaction, kind: str, row: Token) -> None:
    """A mail to every owner of the vendor, once a token and kind."""
    maker = await Member.get(id=row.member_id)
    context = {
        "name": row.name,
        "hint": row.hint,
        "made_by": maker.full_name,
        "may": [scope.label for scope in Scope if scope in scopes.read(row.scopes)],
        "ends": row.expires_at,
    }
    for owner in await Member.filter(
        vendor_id=row.vendor_id, role="owner", is_active=True
    ).order_by("id"):
        key = f"{kind}:{row.id}.{born(row.created_at)}:{owner.id}"
        mail.post(
            tx,
            kind,
            to=owner.email,
            unique_key=key,
            context=context,
        )


def _subject(token_id: int) -> str:
    return f"token:{token_id}"


async def identify_token(raw: str) -> Actor | None:
    """The vendor that an API token speaks for; None when it is unknown, revoked or ended, or its
    maker was switched off.
    """
    if not raw.startswith("mht_") or len(raw) > _MAX_TOKEN:
        return None
    row = (
        await Token.filter(token_digest=digest(raw), revoked_at=None)
        .select_related("vendor", "member")
        .first()
    )
    now = clock.now()
    if (
        row is None
        or not row.member.is_active
        or (row.expires_at and row.expires_at <= now)
    ):
        return None
    if row.last_used_at is None or now - row.last_used_at >= _TOUCH_TOKEN:
        await Token.filter(id=row.id).update(last_used_at=now, updated_at=now)
    return Actor(
        kind="token",
        id=row.id,
        full_name=row.name,
        vendor_id=row.vendor.id,
        vendor_slug=row.vendor.slug,
        vendor_name=row.vendor.name,
        scopes=scopes.read(row.scopes),
    )


async def revoke_token(
    *,
    vendor_id: int,
    token_id: int,
    actor: str = "system",
) -> None:
    """Make a token of this vendor worthless.

    Raises UnknownToken when it has no such token; twice is fine.
    """
    async with unit.transaction() as tx:
        row = await tx.lock(
            Token,
            missing=UnknownToken,
            id=token_id,
            vendor_id=vendor_id,
        )
        if row.revoked_at is not None:
            return
        row.revoked_at = clock.now()
        await row.save(update_fields=["revoked_at"])
        tx.record(
            "token.revoked",
            actor=actor,
            subject=_subject(token_id),
            vendor_id=vendor_id,
            name=row.name,
        )


async def revoke_tokens_of(member_id: int) -> int:
    """Make every token that this member made worthless, inside the caller's transaction; returns
    how many were.
    """
    now = clock.now()
    return await Token.filter(member_id=member_id, revoked_at=None).update(
        revoked_at=now, updated_at=now
    )


@recurring("people.remind_tokens", at=time(7, 0))
async def remind(_context: Context) -> None:
    """Let owners hear of a token that ends within a week, once."""
    now = clock.now()
    soon = Q(expires_at__gt=now, expires_at__lte=now + scopes.TOLD_BEFORE)
    rows = await Token.filter(
        soon, revoked_at=None, told_of_end_at=None, member__is_active=True
    ).order_by("id")
    for row in rows:
        async with unit.transaction() as tx:
            told = Token.filter(
                id=row.id,
                told_of_end_at=None,
                revoked_at=None,
            )
            if await told.update(told_of_end_at=now, updated_at=now):
                await _tell_owners(tx, "api_token_ends", row)
