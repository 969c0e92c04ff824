"""Methods that leave Stripe: written down with the decision, asked for afterwards, until Stripe no longer holds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared import clock, unit
from shared.gateway.errors import StripeMissing, StripeRefused, StripeUnavailable
from shared.gateway.gateway import Gateway
from shared.ids import born
from shared.jobs import queue
from shared.payment_methods.models import PaymentMethodDetachment
from shared.payment_methods.rules import Removal
from shared.people.models import Customer
from shared.unit import Transaction

SOON = timedelta(seconds=20)  # whoever wrote it down asks at once; the job is for when that failed


async def write_down(tx: Transaction, shopper_id: int, method_id: str, why: Removal) -> int:
    """Note, in the caller's transaction, that a method is to leave Stripe; the row's id. Once per method."""
    row = await PaymentMethodDetachment.get_or_none(stripe_payment_method_id=method_id)
    if row is None:
        shopper = await Customer.get(id=shopper_id)
        row = await PaymentMethodDetachment.create(
            customer_id=shopper_id,
            stripe_payment_method_id=method_id,
            idempotency_key=f"shopper:{shopper_id}.{born(shopper.created_at)}:detach:{method_id}:1",
            because=why,
        )
    await put_on_the_list(tx, row.id)
    return int(row.id)


async def put_on_the_list(tx: Transaction, row_id: int) -> None:
    """Let the job look after it, unless it does."""
    queue.enqueue(
        tx,
        "payment_methods.detach",
        {"id": row_id},
        run_at=clock.now() + SOON,
        unique_key=f"payment_methods.detach:{row_id}",
    )


async def look_again(tx: Transaction, shopper_id: int, listed: Sequence[str], *, before: datetime) -> None:
    """What Stripe still lists, though it had let it go before that reading began, is asked for again. The caller's transaction."""
    still = PaymentMethodDetachment.filter(
        customer_id=shopper_id, stripe_payment_method_id__in=list(listed), done_at__lt=before
    )
    for row_id in await still.order_by("id").values_list("id", flat=True):
        await PaymentMethodDetachment.filter(id=row_id).update(done_at=None, updated_at=clock.now())
        await put_on_the_list(tx, int(str(row_id)))


async def carry_out(gateway: Gateway, row_id: int) -> None:
    """Ask Stripe to let the method go, or learn that it has. Raises StripeUnavailable; the same call works later."""
    row = await PaymentMethodDetachment.get_or_none(id=row_id, done_at=None)
    if row is None:
        return
    try:
        await gateway.payment_methods.detach(row.stripe_payment_method_id, key=row.idempotency_key)
    except StripeMissing:
        pass  # Stripe never heard of it, or no longer does
    except StripeRefused:
        if (await gateway.payment_methods.get(row.stripe_payment_method_id)).customer is not None:
            await _next_key(row)
            raise
    except StripeUnavailable as down:
        if down.replayed:
            await _next_key(row)
        raise
    async with unit.transaction():
        await PaymentMethodDetachment.filter(id=row.id, done_at=None).update(
            done_at=clock.now(), updated_at=clock.now()
        )


async def _next_key(row: PaymentMethodDetachment) -> None:
    """A refusal, or a failure that Stripe stored, ends a key."""
    head, _, number = row.idempotency_key.rpartition(":")
    await PaymentMethodDetachment.filter(id=row.id, idempotency_key=row.idempotency_key).update(
        idempotency_key=f"{head}:{int(number) + 1}", updated_at=clock.now()
    )
