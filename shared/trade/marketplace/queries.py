"""Read the marketplace's settings."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from shared.core import clock
from shared.infra.database.raw_sql import one_row
from shared.infra.database.several import Found, Rows
from shared.trade.marketplace.identity import NAME
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.rules import DEFAULTS, Marketplace

SETTINGS_ID = 1


SETTINGS = Rows(
    MarketplaceSettings,
    f"t.id = {SETTINGS_ID}",
)


def settings_in(found: Found) -> Marketplace:
    """What `marketplace` answers, of what was read with SETTINGS."""
    row = found.one(SETTINGS)
    return settings_of(row) if row is not None else DEFAULTS


async def settings_row() -> MarketplaceSettings | None:
    """Read the one row, which is there as soon as something was set."""
    return await one_row(MarketplaceSettings, "t.id = ?", SETTINGS_ID)


async def marketplace() -> Marketplace:
    """What is set now, or the defaults while nothing is. One query."""
    row = await settings_row()
    return settings_of(row) if row is not None else DEFAULTS


async def name_and_zone() -> tuple[str, ZoneInfo]:
    """What the marketplace is called, and the zone of its days. One query."""
    row = await settings_row()
    return (
        (row.name, settings_of(row).zone) if row is not None else (NAME, DEFAULTS.zone)
    )


async def statement_prefix() -> str:
    """What card statements begin with, as Stripe said last; empty while it has not been asked."""
    row = await settings_row()
    return row.statement_prefix if row is not None else ""


async def today() -> date:
    """The day that it is where the marketplace is. One query."""
    return clock.now().astimezone((await marketplace()).zone).date()


def settings_of(row: MarketplaceSettings) -> Marketplace:
    """The settings that a row holds."""
    return Marketplace(
        time_zone=row.time_zone,
        show_fee_breakdown=row.show_fee_breakdown,
        delivered_after_days=row.delivered_after_days,
        bank_hold_hours=row.bank_hold_hours,
    )
