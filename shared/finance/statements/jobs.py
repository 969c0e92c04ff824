"""What statements do by themselves: closing the months that are over."""

from __future__ import annotations

from datetime import time

from shared.finance.ledger.models import AccountSum
from shared.finance.statements import service
from shared.finance.statements.rules import BALANCE
from shared.infra import unit
from shared.infra.jobs import Context, Manner, job, recurring
from shared.infra.unit import Transaction
from shared.trade.vat.events import MonthsUnblocked


@recurring("statements.close", at=time(1, 0), manner=Manner.LONG)
async def close(_context: Context) -> None:
    """Let every vendor's months be closed that are over."""
    vendors = (
        await AccountSum.filter(account__in=BALANCE)
        .distinct()
        .values_list("vendor_id", flat=True)
    )
    async with unit.transaction() as tx:
        for vendor_id in sorted(int(str(vendor_id)) for vendor_id in vendors):
            close_soon(tx, vendor_id)


@job("statements.close_vendor", manner=Manner.LONG)
async def close_vendor(_context: Context, vendor_id: int) -> None:
    """Close what is over of one vendor."""
    await service.close_vendor(vendor_id)


def close_soon(tx: Transaction, vendor_id: int) -> None:
    """Have a vendor's months closed, once."""
    close_vendor.once(f"statements:{vendor_id}")(tx, vendor_id=vendor_id)


async def on_months_unblocked(tx: Transaction, event: MonthsUnblocked) -> None:
    """Close what waited."""
    close_soon(tx, event.vendor_id)
