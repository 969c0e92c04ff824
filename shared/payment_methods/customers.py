"""A shopper's customer at Stripe: made once, under a key that was stored first, and let go when it was deleted there."""

from __future__ import annotations

import logging

from shared import clock, unit
from shared.gateway.calls import KEYS_LAST
from shared.gateway.customers import NewCustomer
from shared.gateway.errors import StripeRefused, StripeUnavailable
from shared.gateway.gateway import Gateway
from shared.ids import born
from shared.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.payment_methods.rules import OPEN_SETUPS, Removal, SetupState
from shared.people.models import Customer

log = logging.getLogger("markethall.payment_methods")


async def ensure(gateway: Gateway, shopper_id: int) -> str:
    """The shopper's customer at Stripe, made now if there is none. Whoever asks at once, there is one.

    Raises StripeUnavailable (the same call works later) and StripeRefused.
    """
    row = await _written_down(shopper_id)
    if row.stripe_customer_id is not None:
        return row.stripe_customer_id
    started = clock.now()
    made = await _ask(gateway, row)
    async with unit.transaction() as tx:
        stored = await StripeCustomer.filter(id=row.id, stripe_customer_id=None).update(
            stripe_customer_id=made, read_at=started, updated_at=clock.now()
        )
        if stored:
            tx.record("stripe_customer.created", actor="system", subject=_subject(shopper_id), stripe_customer_id=made)
    return made


def _subject(shopper_id: int) -> str:
    return f"customer:{shopper_id}"


async def _written_down(shopper_id: int) -> StripeCustomer:
    async with unit.transaction() as tx:
        shopper = await tx.lock(Customer, id=shopper_id)
        row = await StripeCustomer.get_or_none(customer_id=shopper_id, gone_at=None)
        if row is not None:
            return row
        number = 1 + await StripeCustomer.filter(customer_id=shopper_id).count()
        return await StripeCustomer.create(
            customer_id=shopper_id,
            number=number,
            idempotency_key=f"shopper:{shopper_id}.{born(shopper.created_at)}:customer:{number}:1",
            request={"email": shopper.email, "name": shopper.full_name},
        )


async def _ask(gateway: Gateway, row: StripeCustomer) -> str:
    """Stripe's id of the customer. An old key says nothing any more: then Stripe's list is looked through for our mark."""
    mark = row.idempotency_key.rpartition(":")[0]
    if row.asked_at is not None and clock.now() - row.asked_at > KEYS_LAST:
        for found in await gateway.customers.list(row.request["email"]):
            if found.metadata.get("key") == mark:
                return found.id
        row = await _next_key(row)
    if row.asked_at is None:
        await StripeCustomer.filter(id=row.id, asked_at=None).update(asked_at=clock.now(), updated_at=clock.now())
    new = NewCustomer(row.request["email"], row.request["name"], {"shopper_id": str(row.customer_id), "key": mark})
    try:
        return (await gateway.customers.create(new, key=row.idempotency_key)).id
    except StripeRefused:
        await _next_key(row)
        raise
    except StripeUnavailable as down:
        if down.replayed:  # Stripe stored this failure under our key
            await _next_key(row)
        raise


async def _next_key(row: StripeCustomer) -> StripeCustomer:
    """Give up this key; whoever else gave it up at the same moment set the same next one."""
    head, _, number = row.idempotency_key.rpartition(":")
    await StripeCustomer.filter(id=row.id, idempotency_key=row.idempotency_key, stripe_customer_id=None).update(
        idempotency_key=f"{head}:{int(number) + 1}", asked_at=None, updated_at=clock.now()
    )
    return await StripeCustomer.get(id=row.id)


async def known(shopper_id: int) -> StripeCustomer | None:
    """The shopper's customer that is in use; None where none was made, or the last one is gone."""
    return await StripeCustomer.get_or_none(customer_id=shopper_id, gone_at=None, stripe_customer_id__not_isnull=True)


async def is_gone(stripe_customer_id: str) -> bool:
    """Whether we know that this customer was deleted at Stripe."""
    return await StripeCustomer.exists(stripe_customer_id=stripe_customer_id, gone_at__not_isnull=True)


async def let_go(row_id: int) -> None:
    """The customer was deleted at Stripe, and with it what it held: our rows follow. Twice is fine."""
    async with unit.transaction() as tx:
        row = await tx.lock_first(StripeCustomer.filter(id=row_id, gone_at=None))
        if row is None:
            return
        now = clock.now()
        await StripeCustomer.filter(id=row.id).update(gone_at=now, updated_at=now)
        mine = {"customer_id": row.customer_id, "stripe_customer_id": row.stripe_customer_id}
        lost = await PaymentMethod.filter(**mine, is_active=True).update(
            is_active=False,
            is_default=False,
            removed_at=now,
            removed_because=Removal.CUSTOMER_GONE,
            updated_at=now,
        )
        open_setups = PaymentMethodSetup.filter(**mine, status__in=list(OPEN_SETUPS))
        await tx.move_all(open_setups, to=SetupState.CANCELED)
        await PaymentMethodDetachment.filter(customer_id=row.customer_id, done_at=None).update(
            done_at=now, updated_at=now
        )
        tx.record("stripe_customer.gone", actor="stripe", subject=_subject(row.customer_id), methods_lost=lost)
