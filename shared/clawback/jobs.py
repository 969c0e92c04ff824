"""What clawback does later: settle a claim, and net what a vendor owes from its next sales."""

from __future__ import annotations

from typing import Any

from tortoise.expressions import F

from shared.clawback import service
from shared.clawback.models import Claim
from shared.jobs import queue
from shared.jobs.queue import Context, Handler


async def settle(context: Context, args: dict[str, Any]) -> None:
    """Job `clawback.settle`: bring one claim to rest."""
    await service.settle(context.gateway, str(args["subject"]))


async def collect(context: Context, args: dict[str, Any]) -> None:
    """Job `clawback.collect`: a vendor has money again; what it owes is taken from it, the oldest debt first."""
    owed = Claim.filter(vendor_id=int(args["vendor_id"]), receivable__gt=0).order_by("owed_since", "id")
    for subject in await owed.values_list("subject", flat=True):
        await service.settle(context.gateway, str(subject))


async def collect_all(_context: Context, _args: dict[str, Any]) -> None:
    """Job `clawback.collect_all` (daily): ask again for every vendor that owes something, and for what could not be sent to one."""
    vendors = await Claim.filter(receivable__gt=0).distinct().values_list("vendor_id", flat=True)
    for vendor_id in vendors:
        await queue.enqueue("clawback.collect", {"vendor_id": vendor_id})
    # Stripe sends nothing to an account that is restricted, which may take weeks: longer than a job goes on.
    for subject in await Claim.filter(taken__gt=F("amount")).values_list("subject", flat=True):
        await queue.enqueue("clawback.settle", {"subject": str(subject)})


HANDLERS: dict[str, Handler] = {
    "clawback.settle": settle,
    "clawback.collect": collect,
    "clawback.collect_all": collect_all,
}
