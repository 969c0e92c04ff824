"""Codes go on to be for a category that is called otherwise; one they need does not go."""

from __future__ import annotations

from shared.core import clock
from shared.infra.unit import Transaction
from shared.trade.catalogue.events import CategoryRemoved, CategoryRenamed
from shared.trade.discounts.errors import CategoryReduced
from shared.trade.discounts.models import DiscountCode


async def on_renamed(tx: Transaction, event: CategoryRenamed) -> None:
    """Have the codes for it say its new name."""
    for row in await _codes_for(tx, event.before):
        names = {
            event.after if name == event.before else name for name in row.categories
        }
        await tx.change(row, categories=sorted(names))


async def on_removed(tx: Transaction, event: CategoryRemoved) -> None:
    """Refuse while a code that can be used is for it."""
    now = clock.now()
    for row in await _codes_for(tx, event.name):
        if row.is_active and (row.ends_at is None or row.ends_at > now):
            raise CategoryReduced(row.code, event.name)


async def _codes_for(tx: Transaction, name: str) -> list[DiscountCode]:
    """The marketplace's alone are for categories."""
    ours = await tx.lock_all(DiscountCode.filter(vendor_id=None).order_by("id"))
    return [row for row in ours if name in row.categories]
