"""What clawback does later: settle a claim, and net what a vendor owes from its next sales."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.finance.recovery import by_hand, service
from shared.finance.recovery.models import Claim, Movement
from shared.infra import unit
from shared.infra.jobs import queue
from shared.infra.jobs.queue import Context, Handler

LOOK_BACK = timedelta(days=3)  # what is older is found by the nightly comparison


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
    # Stripe sends nothing to an account that is restricted, which may take weeks: longer than a job goes on.
    not_sent = await _not_sent().values_list("subject", flat=True)
    async with unit.transaction() as tx:
        for vendor_id in vendors:
            queue.enqueue(tx, "clawback.collect", {"vendor_id": vendor_id})
        for subject in not_sent:
            queue.enqueue(tx, "clawback.settle", {"subject": str(subject)})


def _not_sent() -> QuerySet[Claim]:
    return Claim.filter(taken__gt=F("amount") - F("netted"))


async def pay_back(context: Context, args: dict[str, Any]) -> None:
    """Job `clawback.pay_back`: a vendor can be reached again; what was owed to it meanwhile is sent."""
    for subject in (
        await _not_sent().filter(vendor_id=int(args["vendor_id"])).order_by("id").values_list("subject", flat=True)
    ):
        await service.settle(context.gateway, str(subject))


async def sweep(context: Context, _args: dict[str, Any]) -> None:
    """Job `clawback.sweep` (hourly): transfers of which something came back by hand lately and no webhook told us."""
    rows = await context.gateway.balance_transactions.list(since=clock.now() - LOOK_BACK, of_type="transfer_refund")
    mine = [row for row in rows if row.source and "transfer" in row.links and "source_refund" not in row.links]
    ids = Movement.filter(stripe_id__in=[row.source for row in mine])
    known = {str(stripe_id) for stripe_id in await ids.values_list("stripe_id", flat=True)}
    untold = sorted({row.links["transfer"] for row in mine if row.source not in known})
    async with unit.transaction() as tx:
        for transfer_id in untold:
            key = f"clawback.by_hand:{transfer_id}"
            queue.enqueue(tx, "clawback.by_hand", {"transfer_id": transfer_id}, unique_key=key)


async def follow_transfer(context: Context, args: dict[str, Any]) -> None:
    """Job `clawback.by_hand`: note what was taken back of one transfer past us, as far as a claim waits for it."""
    await by_hand.follow_transfer(context.gateway, str(args["transfer_id"]))


HANDLERS: dict[str, Handler] = {
    "clawback.settle": settle,
    "clawback.collect": collect,
    "clawback.collect_all": collect_all,
    "clawback.pay_back": pay_back,
    "clawback.sweep": sweep,
    "clawback.by_hand": follow_transfer,
}
