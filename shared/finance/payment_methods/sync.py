"""Our rows follow what a shopper's customer holds at Stripe.

Every event, return page, sweep and repair ends here.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.payment_methods import customers, detachment, writes
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.rules import (
    ConsentOrigin,
    FoundMethod,
    Removal,
    SetupState,
    StoredMethod,
    SyncPlan,
    plan,
)
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_methods import StripePaymentMethod
from shared.infra.gateway.setup_intents import SetupIntent
from shared.infra.unit import Transaction

log = logging.getLogger("markethall.payment_methods")


@frozen
class MethodsReading:
    """What a shopper's customer holds at Stripe, as read since `started`.

    `setups`: what became of those that were open, by their rows. `methods` None: the customer was
    deleted.
    """

    row_id: int
    started: datetime
    setups: Mapping[int, SetupIntent] = field(default_factory=dict)
    methods: Sequence[StripePaymentMethod] | None = None

    async def store(self, tx: Transaction) -> None:
        """Let our rows follow, unless a reading that began later is stored."""
        row = await tx.lock_first(StripeCustomer.filter(id=self.row_id, gone_at=None))
        if row is None:
            return
        # What it set up counts as agreed to, so it comes before the methods do.
        for setup_id, found in self.setups.items():
            await writes.store_setup(tx, setup_id, found)
        if self.methods is None:
            await customers.let_go(tx, row)
        elif row.read_at is None or row.read_at <= self.started:
            await _store(tx, row, self.methods, self.started)


async def sync_methods(
    gateway: Gateway,
    stripe_customer_id: str,
) -> bool:
    """Read a customer's setups and methods and let our rows follow; False when it is no shopper's
    customer of ours.

    Raises as `read_methods`.
    """
    reading = await read_methods(gateway, stripe_customer_id)
    if reading is None:
        return False
    async with unit.transaction() as tx:
        await reading.store(tx)
    return True


async def sync_shopper(
    gateway: Gateway,
    shopper_id: int,
) -> None:
    """The same for the customer that a shopper has now, if there is one."""
    row = await customers.known(shopper_id)
    if row is not None:
        await sync_methods(gateway, str(row.stripe_customer_id))


async def read_methods(
    gateway: Gateway,
    stripe_customer_id: str,
) -> MethodsReading | None:
    """Read a customer's setups and methods; None when it is no shopper's customer of ours.

    Raises StripeUnavailable, and StripeMissing where Stripe does not even know that it was deleted
    (another account's keys).
    """
    row = await StripeCustomer.get_or_none(stripe_customer_id=stripe_customer_id)
    if row is None:
        return None
    started = clock.now()
    if row.gone_at is not None:
        return MethodsReading(row.id, started)
    waiting = PaymentMethodSetup.filter(
        stripe_customer_id=stripe_customer_id,
        status=SetupState.OPEN,
        stripe_setup_intent_id__not_isnull=True,
    )
    setups: dict[int, SetupIntent] = {}
    methods = None
    try:
        for setup in await waiting.order_by("id"):
            intent_id = str(setup.stripe_setup_intent_id)
            setups[setup.id] = await gateway.setup_intents.get(intent_id)
        methods = await gateway.payment_methods.list(stripe_customer_id)
    except StripeMissing:
        if not (await gateway.customers.get(stripe_customer_id)).deleted:
            raise
    return MethodsReading(row.id, started, setups, methods)


async def store_setup(
    setup_id: int,
    found: SetupIntent,
) -> SetupState:
    """Let a setup of ours be where Stripe's is; its state afterwards."""
    async with unit.transaction() as tx:
        return await writes.store_setup(tx, setup_id, found)


async def _store(
    tx: Transaction,
    row: StripeCustomer,
    methods: Sequence[StripePaymentMethod],
    started: datetime,
) -> None:
    await _take_over(tx, row, methods)
    ids = [method.id for method in methods]
    await detachment.look_again(tx, row.customer_id, ids, before=started)
    await keep_a_default(tx, row.customer_id)
    await tx.change(row, read_at=started)


async def _take_over(
    tx: Transaction,
    owner: StripeCustomer,
    methods: Sequence[StripePaymentMethod],
) -> None:
    """Let the rows of a locked customer be what Stripe's list says."""
    mine = PaymentMethod.filter(customer_id=owner.customer_id)
    rows = {method.id: method for method in await mine.order_by("id")}
    off = PaymentMethodDetachment.filter(customer_id=owner.customer_id)
    dropped = set(await texts_in(off, "stripe_payment_method_id"))
    set_up = await _set_up(owner.customer_id)
    held = [
        StoredMethod(m.id, m.stripe_payment_method_id, m.fingerprint, m.is_active)
        for m in rows.values()
    ]
    found = [
        FoundMethod(m.id, m.created, m.fingerprint, m.agreed or m.id in set_up)
        for m in methods
    ]
    decided = plan(held, found, dropped=dropped)
    by_id = {method.id: method for method in methods}
    for gone, why in decided.gone:
        await _end(tx, rows[gone], why)
    await _free_cards_that_change(held, decided)
    for known, one in decided.kept:
        await _keep(tx, owner, rows.get(known or 0), by_id[one.id], set_up)
    for method_id, why in decided.detached:
        await detachment.write_down(tx, owner.customer_id, method_id, why)


async def _free_cards_that_change(
    held: Sequence[StoredMethod],
    decided: SyncPlan,
) -> None:
    """Two cards may change numbers with each other; the database allows one active row a card at
    every moment.
    """
    known = {row.row_id: row.fingerprint for row in held}
    changing = [
        number
        for number, one in decided.kept
        if number and known[number] != one.fingerprint
    ]
    if changing:
        rows = PaymentMethod.filter(id__in=changing)
        await rows.update(fingerprint=None, updated_at=clock.now())


async def _set_up(shopper_id: int) -> set[str]:
    """The methods that the shopper added by a setup of ours."""
    mine = PaymentMethodSetup.filter(customer_id=shopper_id)
    done = mine.filter(status=SetupState.SUCCEEDED)
    ids = await done.values_list("stripe_payment_method_id", flat=True)
    return {str(id_) for id_ in ids if id_}


async def _end(
    tx: Transaction,
    row: PaymentMethod,
    why: Removal,
) -> None:
    now = clock.now()
    await tx.change(
        row,
        where={"is_active": True},
        is_active=False,
        is_default=False,
        removed_at=now,
        removed_because=why,
    )
    await _note(tx, "payment_method.ended", row.customer_id, row.id, why=why)


async def _keep(
    tx: Transaction,
    owner: StripeCustomer,
    row: PaymentMethod | None,
    method: StripePaymentMethod,
    set_up: set[str],
) -> None:
    """Write what Stripe says of a method into its row, and when its shopper agreed, where that is
    news.
    """
    values: dict[str, Any] = {
        "stripe_customer_id": owner.stripe_customer_id,
        "stripe_payment_method_id": method.id,
        **facts_of(method),
        "is_active": True,
        "removed_at": None,
        "removed_because": None,
    }
    shopper_id = owner.customer_id
    if row is None:
        values |= _consent(method, set_up)
        row = await tx.create(PaymentMethod, customer_id=shopper_id, **values)
        where = values["consented_in"]
        await _note(tx, "payment_method.saved", shopper_id, row.id, where=where)
        return
    if row.stripe_payment_method_id != method.id:
        values |= _consent(method, set_up)
    news = {
        name: value for name, value in values.items() if getattr(row, name) != value
    }
    if news:
        await tx.change(row, **news)
        changed = sorted(news)
        await _note(tx, "payment_method.followed", shopper_id, row.id, changed=changed)


def _consent(
    method: StripePaymentMethod,
    set_up: set[str],
) -> dict[str, Any]:
    """When and where its shopper agreed."""
    was_set_up = method.id in set_up
    origin = ConsentOrigin.ACCOUNT if was_set_up else ConsentOrigin.CHECKOUT
    return {"consented_at": method.created, "consented_in": origin}


def facts_of(method: StripePaymentMethod) -> Mapping[str, Any]:
    """The columns that tell what a method is."""
    return {
        "payment_method_type": method.type,
        "card_brand": method.brand,
        "card_last4": method.last4,
        "card_exp_month": method.exp_month,
        "card_exp_year": method.exp_year,
        "fingerprint": method.fingerprint,
    }


async def keep_a_default(
    tx: Transaction,
    shopper_id: int,
) -> None:
    """Where a shopper has methods, one is the default: the first that was saved, and after its end
    the newest. The caller locks.
    """
    mine = PaymentMethod.filter(customer_id=shopper_id, is_active=True)
    if await mine.filter(is_default=True).exists():
        return
    newest = await mine.order_by("-consented_at", "-id").first()
    if newest is not None:
        await tx.change(newest, is_default=True)


async def _note(
    tx: Transaction,
    action: str,
    shopper_id: int,
    method_id: int,
    **details: Any,
) -> None:
    tx.record(
        action,
        actor="stripe",
        subject=f"payment_method:{method_id}",
        shopper_id=shopper_id,
        **details,
    )
