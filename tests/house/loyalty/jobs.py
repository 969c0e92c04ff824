"""Points are given for what was paid, and run out."""

from __future__ import annotations

from datetime import time

from shared.core.domains import Apply
from shared.finance.payments.events import PaymentSucceeded
from shared.infra import unit
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import Context, job, recurring
from shared.infra.unit import Transaction
from tests.house.loyalty.models import LoyaltyPoints


@job("loyalty.give")
async def give(_context: Context, payment_id: int, points: int) -> None:
    """Give points for a payment."""
    async with unit.transaction() as tx:
        tx.add(LoyaltyPoints(payment_id=payment_id, points=points), once=True)


@recurring("loyalty.forget", at=time(5, 0))
async def forget(_context: Context) -> None:
    """Take away what has run out."""
    await LoyaltyPoints.all().delete()


async def on_payment_succeeded(tx: Transaction, event: PaymentSucceeded) -> None:
    """Give points soon."""
    give.once(f"loyalty.give:{event.payment_id}")(
        tx, payment_id=event.payment_id, points=10
    )


async def read_coupon(_context: Context, _event: VerifiedEvent) -> Apply | None:
    """Read a coupon again."""
    return _follow


async def _follow(_tx: Transaction) -> str:
    return "coupon read"
