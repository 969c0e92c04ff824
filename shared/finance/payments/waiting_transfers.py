"""Transfers that Stripe refused wait until the vendor's account can have them, and are asked for
again then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.connect.events import ConnectedAgain
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import ON_ITS_WAY, PAID_STATES
from shared.finance.payments.transfers import TransferShare
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.infra.jobs import Context, job, recurring
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order

AT_ONCE = 500


def waiting_transfers() -> QuerySet[Payment]:
    """Payments that took money of which the vendor has not got its part.

    Two ids are there: more than nothing, since SQLite finds a narrow index by no NOT IS NULL.
    """
    return Payment.filter(
        intent_key__gt="",
        stripe_charge_id__gt="",
        stripe_transfer_id=None,
        amount_vendor__gt=0,
        status__in=list(PAID_STATES),
    )


def not_sent() -> QuerySet[Payment]:
    """Those of them that are not merely on their way at this moment."""
    return waiting_transfers().filter(paid_at__lt=clock.now() - ON_ITS_WAY)


@frozen
class WaitingTransfer:
    """What a vendor is to get of an order, and cannot yet."""

    payment_id: int
    order_number: str
    vendor_id: int
    vendor_name: str
    since: datetime
    amount: Money


async def waiting_for_accounts(*, limit: int = 100) -> tuple[WaitingTransfer, ...]:
    """What is sent to vendors once their accounts can have it, the oldest first."""
    rows = not_sent().order_by("id").limit(limit)
    return tuple(
        WaitingTransfer(
            row.id,
            row.order.number,
            row.vendor_id,
            row.vendor.name,
            row.paid_at or row.updated_at,
            Money(row.amount_vendor, row.currency),
        )
        for row in await rows.select_related("order", "vendor")
    )


@recurring("payments.send_waiting", every=timedelta(hours=1))
async def send_waiting(_context: Context) -> None:
    """Ask again for what vendors can have by now."""
    can_have = waiting_transfers().filter(vendor__payment_config__transfers_active=True)
    found = await numbers_in(can_have.order_by("id").limit(AT_ONCE), "id")
    async with unit.transaction() as tx:
        for payment_id in found:
            send_share(tx, payment_id=payment_id)


@job("payments.send_share")
async def send_share(context: Context, payment_id: int) -> None:
    """Ask for one transfer under the next key, unless one is asked for already."""
    payment = await Payment.get_or_none(id=payment_id)
    if payment is None:
        return
    async with unit.transaction() as tx:
        order = await tx.lock(Order, id=payment.order_id)
        write_id = await _next_write(tx, order, payment_id)
    if write_id is not None:
        await writes.perform(context.gateway, write_id)


async def _next_write(
    tx: Transaction,
    order: Order,
    payment_id: int,
) -> int | None:
    payment = await tx.lock_first(waiting_transfers().filter(id=payment_id))
    if payment is None:
        return None
    last = await writes.latest(payment.as_subject, TransferShare)
    if last is not None and last.state != WriteState.REFUSED:
        return None  # it is asked for, or a person looks at what came of it
    number = 1 + await writes.count_of(payment.as_subject, TransferShare)
    asked = TransferShare.of(order, payment, number)
    return int((await writes.open_write(tx, asked)).id)


async def on_connected_again(tx: Transaction, event: ConnectedAgain) -> None:
    """Send what the vendor could not be sent."""
    mine = waiting_transfers().filter(vendor_id=event.vendor_id)
    for payment_id in await numbers_in(mine.order_by("id"), "id"):
        send_share(tx, payment_id=payment_id)
