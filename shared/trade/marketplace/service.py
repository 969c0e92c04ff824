"""The operator changes the marketplace's settings; every change is audited."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.queries import SETTINGS_ID, settings_of
from shared.trade.marketplace.rules import Marketplace, check

SUBJECT = "marketplace_settings"  # what the audit trail calls all of this


async def change(
    settings: Marketplace,
    *,
    actor: str,
    look: Look[Marketplace] = unseen,
) -> None:
    """Set it all.

    Raises Invalid for a zone that is none, or a number of days that makes no sense, and what `look`
    does.
    """
    check(settings)
    async with unit.transaction() as tx:
        row = await locked_row(tx)
        await look(settings_of(row))
        await alter(
            tx,
            row,
            asdict(settings_of(row)),
            asdict(settings),
            actor=actor,
        )


async def alter(
    tx: Transaction,
    row: MarketplaceSettings,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    actor: str,
) -> bool:
    """Write and audit what differs, on the locked row; whether anything did.

    Both hold the same columns by name.
    """
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return False
    now = clock.now()
    await MarketplaceSettings.filter(id=row.id).update(
        **{name: after[name] for name in changed}, updated_at=now
    )
    tx.record(
        "marketplace.changed",
        actor=actor,
        subject=SUBJECT,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return True


async def note_statement_prefix(prefix: str) -> None:
    """Remember what card statements begin with, as Stripe says now."""
    async with unit.transaction() as tx:
        row = await locked_row(tx)
        now = clock.now()
        await MarketplaceSettings.filter(id=row.id).update(
            statement_prefix=prefix, statement_prefix_read_at=now
        )
        if row.statement_prefix != prefix:
            before, after = (
                {"statement_prefix": row.statement_prefix},
                {"statement_prefix": prefix},
            )
            tx.record(
                "marketplace.changed",
                actor="stripe",
                subject=SUBJECT,
                before=before,
                after=after,
            )


async def locked_row(tx: Transaction) -> MarketplaceSettings:
    """The one row, locked; made when it is not there yet."""
    return await tx.lock_or_create(MarketplaceSettings, id=SETTINGS_ID)
