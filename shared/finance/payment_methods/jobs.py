"""What is done about saved methods later: follow Stripe, let methods go there, and tell of a card
that ends.
"""

from __future__ import annotations

import logging
from datetime import date, time, timedelta

from tortoise.expressions import Q

from shared.core import clock
from shared.core.locales import speaking
from shared.finance.payment_methods import customers, detachment
from shared.finance.payment_methods import sync as following
from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.rules import OPEN_SETUPS, reminder_due
from shared.finance.payment_methods.words import expiry, label
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.gateway.errors import StripeRefused
from shared.infra.jobs import Context, job, recurring
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import today
from shared.trade.people.models import Customer
from shared.trade.people.persons import language_of

log = logging.getLogger("markethall.payment_methods")

# Customers that one sweep reads, those first that were not read for longest.
AT_ONCE = 200
READ_AGAIN = timedelta(days=1)
LEFT_ALONE = timedelta(minutes=15)  # a shopper may still be typing
# Who has not ended by then has left; the daily reading still sees it.
ADDING_LASTS = timedelta(days=2)


@job("payment_methods.follow")
async def sync_later(context: Context, stripe_customer_id: str) -> None:
    """Read what a customer holds at Stripe after news about it."""
    await _follow(context, stripe_customer_id)


async def _follow(context: Context, stripe_customer_id: str) -> None:
    try:
        await following.sync_methods(context.gateway, stripe_customer_id)
    except StripeRefused as refused:  # the others are looked at all the same
        log.warning("customer %s cannot be read: %s", stripe_customer_id, refused.log)
        row = StripeCustomer.filter(stripe_customer_id=stripe_customer_id)
        await row.update(updated_at=clock.now())


@job("payment_methods.detach", renamed={"id": "detachment_id"})
async def detach(context: Context, detachment_id: int) -> None:
    """Let a method go at Stripe that is taken off here."""
    await detachment.carry_out(context.gateway, detachment_id)


@recurring("payment_methods.sweep", every=timedelta(hours=1))
async def sweep(context: Context) -> None:
    """Find what no event told. Each customer is read once a day, one with an open setup hourly."""
    now = clock.now()
    undone = PaymentMethodDetachment.filter(
        done_at=None, updated_at__lt=now - LEFT_ALONE
    ).order_by("id")
    async with unit.transaction() as tx:
        for row in await undone.limit(AT_ONCE):
            await detachment.put_on_the_list(tx, row)
    adding = PaymentMethodSetup.filter(
        status__in=list(OPEN_SETUPS),
        updated_at__lt=now - LEFT_ALONE,
        created_at__gt=now - ADDING_LASTS,
    )
    soonest = adding.order_by("id").limit(AT_ONCE)
    first = await texts_in(soonest, "stripe_customer_id")
    old = StripeCustomer.filter(
        updated_at__lt=now - READ_AGAIN,
        gone_at=None,
        stripe_customer_id__not_isnull=True,
    )
    oldest = old.order_by("updated_at", "id").limit(AT_ONCE)
    rest = await texts_in(oldest, "stripe_customer_id")
    for stripe_customer_id in dict.fromkeys([*first, *rest]):
        await _follow(context, stripe_customer_id)


@recurring("payment_methods.remind", at=time(7, 0))
async def remind(_context: Context) -> None:
    """Find the default cards that end soon, and give each a job of its own."""
    day = await today()
    months = Q(card_exp_year=day.year, card_exp_month=day.month)
    year, month = day.year + day.month // 12, day.month % 12 + 1
    months |= Q(card_exp_year=year, card_exp_month=month)
    cards = PaymentMethod.filter(months, is_active=True, is_default=True).order_by("id")
    due = [row.id for row in await cards if _is_due(row, day)]
    async with unit.transaction() as tx:
        for row_id in due:
            once = remind_one.once(f"payment_methods.remind_one:{row_id}")
            once(tx, method_id=row_id)


@job("payment_methods.remind_one", renamed={"id": "method_id"})
async def remind_one(context: Context, method_id: int) -> None:
    """Read the card again, and write if it still ends soon; once per card and date.

    Nobody is reminded of a card whose bank has sent Stripe its new date: while Stripe does not
    answer, the job waits.
    """
    row = await PaymentMethod.get(id=method_id)
    owner = await customers.known(row.customer_id)
    if owner is not None:
        await _follow(context, str(owner.stripe_customer_id))
    day = await today()
    async with unit.transaction() as tx:
        mine = PaymentMethod.filter(
            id=row.id,
            is_active=True,
            is_default=True,
        )
        card = await tx.lock_first(mine)
        if card is None or not _is_due(card, day):
            return
        shopper = await Customer.get(id=card.customer_id)
        if shopper.is_active:
            _tell(tx, card, shopper)


def _is_due(card: PaymentMethod, day: date) -> bool:
    return reminder_due(card.card_exp_month, card.card_exp_year, day)


def _tell(tx: Transaction, card: PaymentMethod, shopper: Customer) -> None:
    year, month = card.card_exp_year, card.card_exp_month
    language = language_of(shopper)
    with speaking(language):
        named = label(card.payment_method_type, card.card_brand, card.card_last4)
    mail.post(
        tx,
        "card_ends",
        to=shopper.email,
        language=language,
        unique_key=f"card_ends:{card.id}:{year}-{month:02d}",
        context={
            "full_name": shopper.full_name,
            "card": named,
            "expires": expiry(month, year),
        },
    )
