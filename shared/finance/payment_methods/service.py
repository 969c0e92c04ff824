"""What a shopper does with saved payment methods: uses them at checkout, chooses the default, takes
one off.

Saved methods are the shopper's alone. They pay while the shopper is there and never without; no
vendor ever sees one.
"""

from __future__ import annotations

import logging

from shared.core import clock
from shared.finance.payment_methods import customers, detachment, sync
from shared.finance.payment_methods.errors import MethodGone, UnknownMethod
from shared.finance.payment_methods.models import PaymentMethod, StripeCustomer
from shared.finance.payment_methods.rules import MOST, Removal
from shared.infra import unit
from shared.infra.gateway.errors import StripeMissing, StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.unit import Transaction

log = logging.getLogger("markethall.payment_methods")


async def customer_for(gateway: Gateway, shopper_id: int) -> str | None:
    """The customer at Stripe that a payment of this shopper names, made with the first; None when
    Stripe makes none just now.

    Without one the payment goes through all the same: saved cards are not offered then.
    """
    try:
        return await customers.ensure(gateway, shopper_id)
    except (StripeUnavailable, StripeRefused) as problem:
        log.warning(
            "shopper %s has no customer at Stripe just now: %s", shopper_id, problem.log
        )
        return None


async def box_for(gateway: Gateway, stripe_customer_id: str) -> str | None:
    """The secret by which the card form offers to save the card; None where no more are kept, or
    Stripe gives none just now.

    Raises StripeMissing when Stripe no longer has the customer: what was to be paid through it
    needs another payment.
    """
    owner = await StripeCustomer.get_or_none(
        stripe_customer_id=stripe_customer_id, gone_at=None
    )
    if owner is None:
        raise StripeMissing(log=f"{stripe_customer_id} is gone")
    if (
        await PaymentMethod.filter(
            customer_id=owner.customer_id, is_active=True
        ).count()
        >= MOST
    ):
        return None
    try:
        return await gateway.customers.create_session(stripe_customer_id)
    except StripeMissing:
        await look_for(gateway, stripe_customer_id)
        raise
    except (StripeUnavailable, StripeRefused) as problem:
        log.warning(
            "%s: the card form cannot offer to save: %s",
            stripe_customer_id,
            problem.log,
        )
        return None


async def look_for(gateway: Gateway, stripe_customer_id: str) -> None:
    """Something at Stripe did not know this customer: learn whether it was deleted.

    Never raises Stripe's no.
    """
    try:
        await sync.sync_methods(gateway, stripe_customer_id)
    except (StripeUnavailable, StripeRefused) as problem:
        log.warning("%s cannot be read: %s", stripe_customer_id, problem.log)


async def make_default(*, shopper_id: int, method_id: int) -> None:
    """Choose the method that is offered first. Raises UnknownMethod, MethodGone."""
    async with unit.transaction() as tx:
        row = await _mine(tx, shopper_id, method_id)
        if not row.is_active:
            raise MethodGone
        if row.is_default:
            return
        for other in await PaymentMethod.filter(
            customer_id=shopper_id, is_default=True
        ):
            await tx.change(other, is_default=False)
        await tx.change(row, where={"is_active": True}, is_default=True)
        await _note(tx, "payment_method.made_default", shopper_id, row.id)


async def remove(
    gateway: Gateway,
    *,
    shopper_id: int,
    method_id: int,
) -> None:
    """Take a method off, here at once and at Stripe as soon as it answers.

    Twice is fine. Raises UnknownMethod.
    """
    async with unit.transaction() as tx:
        row = await _mine(tx, shopper_id, method_id)
        if not row.is_active:
            return
        await tx.change(
            row,
            where={"is_active": True},
            is_active=False,
            is_default=False,
            removed_at=clock.now(),
            removed_because=Removal.SHOPPER,
        )
        leaves = await detachment.write_down(
            tx, shopper_id, row.stripe_payment_method_id, Removal.SHOPPER
        )
        await sync.keep_a_default(tx, shopper_id)
        await _note(tx, "payment_method.removed", shopper_id, row.id)
    try:
        await detachment.carry_out(gateway, leaves)
    except (StripeUnavailable, StripeRefused) as problem:  # the job asks again
        log.warning("payment method %s is not detached yet: %s", method_id, problem.log)


async def _mine(tx: Transaction, shopper_id: int, method_id: int) -> PaymentMethod:
    """The shopper's method, behind the lock that everything about the shopper's methods takes
    first.
    """
    await tx.lock(
        StripeCustomer, missing=UnknownMethod, customer_id=shopper_id, gone_at=None
    )
    row = await tx.lock(
        PaymentMethod,
        missing=UnknownMethod,
        id=method_id,
        customer_id=shopper_id,
    )
    return row


async def _note(
    tx: Transaction,
    action: str,
    shopper_id: int,
    method_id: int,
) -> None:
    tx.record(
        action, actor=f"customer:{shopper_id}", subject=f"payment_method:{method_id}"
    )
