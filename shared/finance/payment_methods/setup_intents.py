"""Adding a card without buying anything: a SetupIntent, written down before Stripe is asked for
it.
"""

from __future__ import annotations

import logging
from dataclasses import field

from shared.core.frozen import frozen
from shared.core.ids import born
from shared.finance.payment_methods import customers, sync
from shared.finance.payment_methods.errors import (
    CannotSave,
    NothingAdded,
    TooManyMethods,
)
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.rules import MOST, OPEN_SETUPS, SetupState
from shared.finance.payment_methods.writes import CreateSetup
from shared.infra import unit
from shared.infra.gateway.errors import StripeMissing, StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.setup_intents import SetupIntent
from shared.infra.stripe_writes import service as writes
from shared.trade.people.models import Customer

log = logging.getLogger("markethall.payment_methods")

TRIES = 3  # a setup that ended meanwhile, or a customer that was deleted, makes room for the next


@frozen
class SetupView:
    """What the page needs to set a card up."""

    client_secret: str = field(repr=False)


@frozen
class SetupEnd:
    """How the shopper's last setup stands.

    `method_id` is our row of what it saved; `message` Stripe's words about a card.
    """

    state: SetupState
    method_id: int | None = None
    waits_for_bank: bool = False
    is_under_way: bool = False
    message: str | None = None


async def begin(gateway: Gateway, shopper_id: int) -> SetupView:
    """The shopper's one open setup, made now or read again.

    Raises TooManyMethods, CannotSave (Stripe said no), StripeUnavailable (the same call works
    later).
    """
    if (
        await PaymentMethod.filter(customer_id=shopper_id, is_active=True).count()
        >= MOST
    ):
        raise TooManyMethods
    try:
        for _ in range(TRIES):
            customer_id = await customers.ensure(gateway, shopper_id)
            row = await _open(shopper_id, customer_id)
            found = await _ask(gateway, row)
            if found is not None:
                return SetupView(found.client_secret)
            # It ended meanwhile, or its customer was deleted.
            await sync.sync_methods(gateway, customer_id)
    except StripeRefused as refused:
        log.warning("shopper %s: no card can be set up: %s", shopper_id, refused.log)
        raise CannotSave(log=refused.log) from refused
    raise CannotSave


async def _open(shopper_id: int, stripe_customer_id: str) -> PaymentMethodSetup:
    """The open setup, written down if there is none.

    One of another customer makes room for the next.
    """
    async with unit.transaction() as tx:
        # Before its customer at Stripe, as `customers.ensure` does: the new row refers to both.
        shopper = await tx.lock(Customer, id=shopper_id)
        await tx.lock(StripeCustomer, stripe_customer_id=stripe_customer_id)
        row = await PaymentMethodSetup.get_or_none(
            customer_id=shopper_id, status__in=list(OPEN_SETUPS)
        )
        if row is not None and row.stripe_customer_id == stripe_customer_id:
            return row
        if row is not None:
            await tx.move(row, to=SetupState.CANCELED)
        number = 1 + await PaymentMethodSetup.filter(customer_id=shopper_id).count()
        made = await tx.create(
            PaymentMethodSetup,
            customer_id=shopper_id,
            number=number,
            idempotency_key=f"shopper:{shopper_id}.{born(shopper.created_at)}:setup:{number}",
            stripe_customer_id=stripe_customer_id,
        )
        asked = CreateSetup.of(made)
        await writes.open_write(tx, asked)
        tx.record(
            "payment_method.setup_opened",
            actor=f"customer:{shopper_id}",
            subject=asked.subject,
            shopper_id=shopper_id,
        )
        return made


async def _ask(gateway: Gateway, row: PaymentMethodSetup) -> SetupIntent | None:
    """Make the setup, or read it when its id is known; None when it ended, or Stripe does not know
    its customer.
    """
    if row.stripe_setup_intent_id is not None:
        found = await gateway.setup_intents.get(row.stripe_setup_intent_id)
        return (
            found if await sync.store_setup(row.id, found) is SetupState.OPEN else None
        )
    asked = CreateSetup.of(row)
    write = await writes.latest(asked.subject, CreateSetup)
    if write is None:  # written down before there were rows of writes
        async with unit.transaction() as tx:
            write = await writes.open_write(tx, asked, asked_at=row.created_at)
    performed = await writes.perform(gateway, write.id)
    if performed.refusal is not None and not isinstance(
        performed.refusal, StripeMissing
    ):
        raise performed.refusal
    if performed.stripe_id is None:
        return None
    found = performed.answer or await gateway.setup_intents.get(performed.stripe_id)
    is_open = await PaymentMethodSetup.exists(id=row.id, status=SetupState.OPEN)
    return found if is_open else None


async def end(gateway: Gateway, shopper_id: int) -> SetupEnd:
    """Ask Stripe what became of the shopper's last setup, and let our rows follow.

    Raises MethodGone where the shopper never began one, and StripeUnavailable.
    """
    row = (
        await PaymentMethodSetup.filter(customer_id=shopper_id).order_by("-id").first()
    )
    if row is None:
        raise NothingAdded
    found: SetupIntent | None = None
    if row.status == SetupState.OPEN and row.stripe_setup_intent_id is not None:
        found = await gateway.setup_intents.get(row.stripe_setup_intent_id)
        await sync.store_setup(row.id, found)
    await sync.sync_methods(gateway, row.stripe_customer_id)
    await row.refresh_from_db()
    state = SetupState(row.status)
    if state is SetupState.SUCCEEDED:
        saved = await PaymentMethod.get_or_none(
            customer_id=shopper_id,
            stripe_payment_method_id=str(row.stripe_payment_method_id),
            is_active=True,
        )
        return SetupEnd(state, method_id=saved.id if saved else None)
    return SetupEnd(
        state,
        waits_for_bank=found is not None and found.status == "requires_action",
        is_under_way=found is not None and found.status == "processing",
        message=found.error_message if found else None,
    )
