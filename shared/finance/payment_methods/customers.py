"""A shopper's customer at Stripe: made once, under a key that was stored first, and let go when it
was deleted there.
"""

from __future__ import annotations

import logging
from typing import Any

from shared.core import clock
from shared.core.ids import born
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.rules import OPEN_SETUPS, Removal, SetupState
from shared.finance.payment_methods.writes import CreateCustomer
from shared.infra import unit
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction
from shared.trade.people.models import Customer

log = logging.getLogger("markethall.payment_methods")


async def ensure(
    gateway: Gateway,
    shopper_id: int,
) -> str:
    """The shopper's customer at Stripe, made now if there is none.

    Whoever asks at once, there is one.

    Raises StripeUnavailable (the same call works later) and StripeRefused.
    """
    made, write_id = await _written_down(shopper_id)
    if made is not None:
        return made
    performed = await writes.perform(gateway, write_id)
    if performed.refusal is not None or performed.stripe_id is None:
        raise performed.refusal or StripeUnavailable(
            log="the customer was refused to somebody else just now"
        )
    return performed.stripe_id


async def _written_down(shopper_id: int) -> tuple[str | None, int]:
    """Stripe's id of the customer, or else the write that waits for it."""
    async with unit.transaction() as tx:
        shopper = await tx.lock(Customer, id=shopper_id)
        row = await StripeCustomer.get_or_none(customer_id=shopper_id, gone_at=None)
        if row is None:
            row = await _next(tx, shopper)
        elif row.stripe_customer_id is None:
            # Stripe's answer changes row and write at once: held, neither is newer than the other.
            row = await tx.lock(StripeCustomer, id=row.id)
        if row.stripe_customer_id is not None:
            return row.stripe_customer_id, 0
        last = await writes.latest(f"stripe_customer:{row.id}", CreateCustomer)
        if last is not None and last.state == WriteState.WAITING:
            return None, int(last.id)
        return None, await _open(tx, shopper, row)


async def _next(
    tx: Transaction,
    shopper: Customer,
) -> StripeCustomer:
    number = 1 + await StripeCustomer.filter(customer_id=shopper.id).count()
    return await tx.create(
        StripeCustomer,
        customer_id=shopper.id,
        number=number,
        idempotency_key=f"shopper:{shopper.id}.{born(shopper.created_at)}:customer:{number}:1",
        request={"email": shopper.email, "name": shopper.full_name},
    )


async def _open(
    tx: Transaction,
    shopper: Customer,
    row: StripeCustomer,
) -> int:
    """Open the next write of a customer; the first one goes on with the key that its row has."""
    mark, _, first = row.idempotency_key.rpartition(":")
    earlier = await writes.count_of(f"stripe_customer:{row.id}", CreateCustomer)
    asked = CreateCustomer(
        row_id=row.id,
        shopper_id=shopper.id,
        email=shopper.email if earlier else row.request["email"],
        full_name=shopper.full_name if earlier else row.request["name"],
        mark=mark,
        number=int(first) + earlier,
    )
    write = await writes.open_write(
        tx,
        asked,
        asked_at=None if earlier else row.asked_at,
    )
    return int(write.id)


async def known(shopper_id: int) -> StripeCustomer | None:
    """The shopper's customer that is in use; None where none was made, or the last one is gone."""
    return await StripeCustomer.get_or_none(
        customer_id=shopper_id, gone_at=None, stripe_customer_id__not_isnull=True
    )


async def is_gone(stripe_customer_id: str) -> bool:
    """Whether we know that this customer was deleted at Stripe."""
    return await StripeCustomer.exists(
        stripe_customer_id=stripe_customer_id, gone_at__not_isnull=True
    )


async def let_go(
    tx: Transaction,
    row: StripeCustomer,
) -> None:
    """The locked customer was deleted at Stripe, and with it what it held: our rows follow."""
    now = clock.now()
    await tx.change(row, gone_at=now)
    mine = {
        "customer_id": row.customer_id,
        "stripe_customer_id": row.stripe_customer_id,
    }
    gone: dict[str, Any] = {
        "is_active": False,
        "is_default": False,
        "removed_because": Removal.CUSTOMER_GONE,
    }
    lost = await PaymentMethod.filter(**mine, is_active=True).order_by("id")
    for method in lost:
        await tx.change(method, removed_at=now, **gone)
    for setup in await PaymentMethodSetup.filter(**mine, status__in=list(OPEN_SETUPS)):
        await tx.move(setup, to=SetupState.CANCELED)
    await PaymentMethodDetachment.filter(
        customer_id=row.customer_id, done_at=None
    ).update(done_at=now, updated_at=now)
    tx.record(
        "stripe_customer.gone",
        actor="stripe",
        subject=f"customer:{row.customer_id}",
        methods_lost=len(lost),
    )
