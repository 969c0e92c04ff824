"""What statements do by themselves: closing the months that are over."""

from __future__ import annotations

from typing import Any

from shared.finance.ledger.models import LedgerEntry
from shared.finance.statements import service
from shared.finance.statements.rules import BALANCE
from shared.infra import unit
from shared.infra.jobs import queue
from shared.infra.jobs.queue import Context, Handler


async def close(_context: Context, _args: dict[str, Any]) -> None:
    """Job `statements.close` (daily): let every vendor's months be closed that are over."""
    vendors = await LedgerEntry.filter(account__in=BALANCE).distinct().values_list("vendor_id", flat=True)
    async with unit.transaction() as tx:
        for vendor_id in sorted(int(str(vendor_id)) for vendor_id in vendors):
            args = {"vendor_id": vendor_id}
            queue.enqueue(tx, "statements.close_vendor", args, unique_key=f"statements:{vendor_id}")


async def close_vendor(_context: Context, args: dict[str, Any]) -> None:
    """Job `statements.close_vendor`: close what is over of one vendor."""
    await service.close_vendor(int(args["vendor_id"]))


HANDLERS: dict[str, Handler] = {"statements.close": close, "statements.close_vendor": close_vendor}
