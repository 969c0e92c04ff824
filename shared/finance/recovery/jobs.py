"""What clawback does later: settle a claim, and net what a vendor owes from its next sales."""

from __future__ import annotations

from datetime import time, timedelta

from tortoise.expressions import F
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.finance.connect.events import ConnectedAgain
from shared.finance.ledger.service import owes
from shared.finance.payments.events import TransferArrived
from shared.finance.recovery import contributions, dashboard_transfers, service
from shared.finance.recovery.events import (
    ClaimSet,
    ClaimUnsettled,
    ContributionArrived,
)
from shared.finance.recovery.models import Claim, Movement
from shared.infra import unit
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import numbers_in, texts_in
from shared.infra.jobs import Context, job, recurring
from shared.infra.unit import Transaction

LOOK_BACK = timedelta(days=3)  # what is older is found by the nightly comparison


@job("clawback.settle")
async def settle(context: Context, subject: str) -> None:
    """Bring one claim to rest."""
    await service.settle(context.gateway, subject)


@job("clawback.collect")
async def collect(context: Context, vendor_id: int) -> None:
    """Take what a vendor owes: it has money again."""
    await service.collect(context.gateway, vendor_id)


async def collect_soon(vendor_id: int) -> None:
    """Ask the vendor's balance again, by a job: what it covers of its debts is taken."""
    async with unit.transaction() as tx:
        collect(tx, vendor_id=vendor_id)


@recurring("clawback.collect_all", at=time(3, 30))
async def collect_all(_context: Context) -> None:
    """Ask again for every vendor that owes something, and for what could not be sent to one."""
    owing = Claim.filter(receivable__gt=0).distinct()
    vendors = await numbers_in(owing, "vendor_id")
    # Stripe sends nothing to an account that is restricted, which may take weeks: longer than a job
    # goes on.
    not_sent = await _not_sent().values_list("subject", flat=True)
    async with unit.transaction() as tx:
        for vendor_id in vendors:
            collect(tx, vendor_id=vendor_id)
        for subject in not_sent:
            settle(tx, subject=str(subject))


def _not_sent() -> QuerySet[Claim]:
    return Claim.filter(taken__gt=F("amount") - F("netted"))


@job("clawback.pay_back")
async def pay_back(context: Context, vendor_id: int) -> None:
    """Send what was owed to a vendor while it could not be reached."""
    owed = _not_sent().filter(vendor_id=vendor_id).order_by("id")
    for subject in await texts_in(owed, "subject"):
        await service.settle(context.gateway, subject)


@recurring("contributions.send", every=timedelta(hours=1))
async def contribute(_context: Context) -> None:
    """Ask again for what the platform's balance did not cover, or an account could not have."""
    waiting = await contributions.subjects_to_send()
    async with unit.transaction() as tx:
        for subject in waiting:
            settle(tx, subject=subject)


@recurring("clawback.sweep", every=timedelta(hours=1))
async def sweep(context: Context) -> None:
    """Find transfers of which something came back by hand lately and no webhook told us."""
    rows = await context.gateway.balance_transactions.list(
        since=clock.now() - LOOK_BACK, of_type="transfer_refund"
    )
    mine = [
        row
        for row in rows
        if row.source and "transfer" in row.links and "source_refund" not in row.links
    ]
    known: set[str] = set()
    for some in chunks(row.source for row in mine):
        ours = Movement.filter(stripe_id__in=some)
        known.update(await texts_in(ours, "stripe_id"))
    untold = sorted({row.links["transfer"] for row in mine if row.source not in known})
    async with unit.transaction() as tx:
        for transfer_id in untold:
            once = sync_transfer.once(f"clawback.by_hand:{transfer_id}")
            once(tx, transfer_id=transfer_id)


@job("clawback.by_hand")
async def sync_transfer(context: Context, transfer_id: str) -> None:
    """Note what was taken back of one transfer past us, as far as a claim waits for it."""
    await dashboard_transfers.sync_transfer(context.gateway, transfer_id)


async def on_claim_set(tx: Transaction, event: ClaimSet) -> None:
    """Settle it. One that runs already may have looked before."""
    if not event.is_settled:
        settle(tx, subject=event.subject)


async def on_claim_unsettled(tx: Transaction, event: ClaimUnsettled) -> None:
    """Settle it once more."""
    once = f"clawback.settle:{event.subject}" if event.once else None
    settle.at(None, once=once)(tx, subject=event.subject)


async def on_transfer_arrived(tx: Transaction, event: TransferArrived) -> None:
    """Take from it what the vendor owes, and what claims of this very sale have waited for."""
    if event.is_slice:
        mine = Claim.filter(payment_id=event.payment_id).order_by("id")
        for subject in await texts_in(mine, "subject"):
            settle(tx, subject=subject)
    if await owes(tx, event.vendor_id):
        collect(tx, vendor_id=event.vendor_id)


async def on_contribution_arrived(tx: Transaction, event: ContributionArrived) -> None:
    """Take from it what the vendor owes."""
    if await owes(tx, event.vendor_id):
        collect(tx, vendor_id=event.vendor_id)


async def on_connected_again(tx: Transaction, event: ConnectedAgain) -> None:
    """Send what the vendor could not be sent."""
    pay_back(tx, vendor_id=event.vendor_id)
