"""What payouts do later: answers that were lost, and reserves.

Paydays and sweeps are beside what they do.
"""

from __future__ import annotations

from datetime import timedelta

from shared.finance.payments.events import TransferArrived
from shared.finance.payouts import reserves, service, statements
from shared.finance.payouts.models import ReserveHold
from shared.finance.recovery.events import ClaimSet
from shared.infra.jobs import Context, job, recurring
from shared.infra.unit import Transaction


@job("payouts.ask")
async def ask(context: Context, payout_id: int) -> None:
    """Go on with a payout of before payouts were durable writes, under its key."""
    await service.ask(context.gateway, payout_id)


@job("payouts.reserve")
async def reserve(_context: Context, payment_id: int) -> None:
    """Hold back the reserve of a sale whose money is there."""
    await reserves.take(payment_id)


@job("payouts.review_reserve")
async def review_reserve(_context: Context, order_id: int) -> None:
    """Let a hold cover no more than a refund or a dispute left of its sale."""
    await reserves.review(order_id)


@recurring("payouts.release_reserves", every=timedelta(hours=1))
async def release_reserves(_context: Context) -> None:
    """Let go of the holds whose day has come."""
    await reserves.release_due()


async def on_transfer_arrived(tx: Transaction, event: TransferArrived) -> None:
    """Hold the vendor's reserve back, where it has one."""
    if await statements.has_reserve(event.vendor_id):
        reserve(tx, payment_id=event.payment_id)


async def on_claim_set(tx: Transaction, event: ClaimSet) -> None:
    """Look at what is held back of the order."""
    held = ReserveHold.filter(order_id=event.order_id, released_at=None)
    if await held.exists():
        review_reserve(tx, order_id=event.order_id)
