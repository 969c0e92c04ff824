"""Methods that leave Stripe: written down with the decision, asked for afterwards, until Stripe no
longer holds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.core.ids import born
from shared.finance.payment_methods.models import PaymentMethodDetachment
from shared.finance.payment_methods.rules import Removal
from shared.finance.payment_methods.writes import DetachMethod
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction
from shared.trade.people.models import Customer


async def write_down(
    tx: Transaction,
    shopper_id: int,
    method_id: str,
    why: Removal,
) -> int:
    """Note that a method is to leave Stripe; the row's id. Once per method."""
    row = await PaymentMethodDetachment.get_or_none(stripe_payment_method_id=method_id)
    if row is None:
        shopper = await Customer.get(id=shopper_id)
        row = await PaymentMethodDetachment.create(
            customer_id=shopper_id,
            stripe_payment_method_id=method_id,
            idempotency_key=f"shopper:{shopper_id}.{born(shopper.created_at)}:detach:{method_id}:1",
            because=why,
        )
    await put_on_the_list(tx, row)
    return int(row.id)


async def put_on_the_list(tx: Transaction, row: PaymentMethodDetachment) -> int:
    """Have Stripe asked for it, unless that is under way; the write's id."""
    mark, _, first = row.idempotency_key.rpartition(":")
    last = await writes.latest(f"detachment:{row.id}", DetachMethod)
    if last is not None and last.state == WriteState.WAITING:
        return int(last.id)
    number = int(first) + (await writes.count_of(f"detachment:{row.id}", DetachMethod))
    asked = DetachMethod(
        row_id=row.id,
        method_id=row.stripe_payment_method_id,
        mark=mark,
        number=number,
    )
    return int((await writes.open_write(tx, asked)).id)


async def look_again(
    tx: Transaction,
    shopper_id: int,
    listed: Sequence[str],
    *,
    before: datetime,
) -> None:
    """Ask again for what Stripe still lists, though it had let it go before that reading began."""
    still = PaymentMethodDetachment.filter(
        customer_id=shopper_id,
        stripe_payment_method_id__in=list(listed),
        done_at__lt=before,
    )
    for row in await still.order_by("id"):
        await tx.change(row, done_at=None)
        await put_on_the_list(tx, row)


async def carry_out(gateway: Gateway, row_id: int) -> None:
    """Ask Stripe to let the method go, or learn that it has.

    Raises StripeUnavailable; the same call works later.
    """
    row = await PaymentMethodDetachment.get_or_none(id=row_id, done_at=None)
    if row is None:
        return
    async with unit.transaction() as tx:
        write_id = await put_on_the_list(tx, row)
    performed = await writes.perform(gateway, write_id)
    if performed.refusal is not None:
        raise performed.refusal
