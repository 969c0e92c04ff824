"""The operator gives the marketplace its name, its logo and its legal texts; every change is
audited, no text is lost.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from hashlib import sha256

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.errors import NotFound
from shared.core.frozen import frozen
from shared.infra import unit
from shared.infra.database.raw_sql import one_row
from shared.trade.marketplace import identity as rules
from shared.trade.marketplace import legal
from shared.trade.marketplace.identity import MarketIdentity, Picture, ShownIdentity
from shared.trade.marketplace.legal import LegalKind
from shared.trade.marketplace.models import (
    LegalText,
    MarketplaceLogo,
    MarketplaceSettings,
)
from shared.trade.marketplace.queries import settings_row
from shared.trade.marketplace.service import SUBJECT, alter, locked_row


@frozen
class Published:
    """One version of a legal text. `returns` is what terms say about returns."""

    kind: LegalKind
    version: str
    text: str
    returns: str
    published_at: datetime


async def shown() -> ShownIdentity:
    """How the marketplace is shown now. One query."""
    row = await settings_row()
    if row is None:
        return ShownIdentity()
    return ShownIdentity(_identity(row), row.logo_digest)


def _identity(row: MarketplaceSettings) -> MarketIdentity:
    return MarketIdentity(
        name=row.name,
        sender=row.sender,
        contact_email=row.contact_email,
        postal_address=row.postal_address,
        phone=row.phone,
    )


async def introduce(
    identity: MarketIdentity,
    *,
    actor: str,
    look: Look[MarketIdentity] = unseen,
) -> None:
    """Set name and contact. Raises Invalid, and what `look` does."""
    rules.check(identity)
    async with unit.transaction() as tx:
        row = await locked_row(tx)
        await look(_identity(row))
        await alter(
            tx,
            row,
            asdict(_identity(row)),
            asdict(identity),
            actor=actor,
        )


async def put_logo(picture: Picture | None, *, actor: str) -> None:
    """Show this logo from now on; None takes the own one away."""
    digest = sha256(picture.content).hexdigest() if picture else ""
    async with unit.transaction() as tx:
        row = await locked_row(tx)
        if row.logo_digest == digest:
            return
        await MarketplaceLogo.exclude(digest=digest).delete()
        if picture:
            await MarketplaceLogo.create(
                digest=digest, media_type=picture.media_type, content=picture.content
            )
        await MarketplaceSettings.filter(id=row.id).update(
            logo_digest=digest, updated_at=clock.now()
        )
        before, after = {"logo": row.logo_digest[:12]}, {"logo": digest[:12]}
        tx.record(
            "marketplace.changed",
            actor=actor,
            subject=SUBJECT,
            before=before,
            after=after,
        )


async def logo(digest: str) -> Picture:
    """The logo of this digest. Raises NotFound."""
    row = await MarketplaceLogo.get_or_none(digest=digest)
    if row is None:
        raise NotFound
    return Picture(row.media_type, bytes(row.content))


async def publish(
    kind: LegalKind,
    *,
    text: str,
    returns: str = "",
    actor: str,
    look: Look[Published | None] = unseen,
) -> str:
    """Publish a text; its version.

    The same words again are no new version. Raises Invalid, and what `look` does.
    """
    legal.check(kind, text, returns)
    clean, told = _clean(text), _clean(returns) if kind is LegalKind.TERMS else ""
    async with unit.transaction() as tx:
        await locked_row(tx)  # who publishes waits for whoever does at the moment
        latest = await current(kind)
        await look(latest)
        if latest and (latest.text, latest.returns) == (clean, told):
            return latest.version
        taken = {row.version for row in await LegalText.filter(kind=kind)}
        version = legal.version(clock.now().date(), taken)
        await LegalText.create(
            kind=kind, version=version, text=clean, returns=told, published_by=actor
        )
        after = {kind.value: version}
        before = {kind.value: latest.version if latest else ""}
        tx.record(
            "marketplace.changed",
            actor=actor,
            subject=SUBJECT,
            before=before,
            after=after,
        )
    return version


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


async def current(kind: LegalKind) -> Published | None:
    """The text that holds now; None while the operator has written none and ours stands there."""
    latest = await one_row(LegalText, "t.kind = ? ORDER BY t.id DESC", kind.value)
    return _published(latest)


async def published(kind: LegalKind, version: str) -> Published | None:
    """One version of a text, also an old one."""
    return _published(await LegalText.get_or_none(kind=kind, version=version))


async def versions(kind: LegalKind) -> tuple[Published, ...]:
    """Every version, the newest first."""
    rows = await LegalText.filter(kind=kind).order_by("-id")
    return tuple(found for row in rows if (found := _published(row)))


def _published(row: LegalText | None) -> Published | None:
    if row is None:
        return None
    return Published(
        LegalKind(row.kind),
        row.version,
        row.text,
        row.returns,
        row.created_at,
    )
