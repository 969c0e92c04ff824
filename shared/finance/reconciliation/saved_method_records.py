"""Reading both sides of saved payment methods: ours in few queries, Stripe's by customer."""

from __future__ import annotations

from datetime import datetime

from tortoise.expressions import Subquery

from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    StripeCustomer,
)
from shared.finance.reconciliation.records import MethodAtStripe, MethodRecord
from shared.finance.reconciliation.stripe_records import bounded
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import texts_in
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_methods import StripePaymentMethod


async def customers(since: datetime | None) -> list[str]:
    """Read the customers that are compared: all that live, or those whose methods changed since."""
    live = StripeCustomer.filter(gone_at=None, stripe_customer_id__not_isnull=True)
    if since is not None:
        changed = PaymentMethod.filter(updated_at__gte=since)
        whose = Subquery(changed.values("stripe_customer_id"))
        live = live.filter(stripe_customer_id__in=whose)
    return await texts_in(live.order_by("id"), "stripe_customer_id")


async def at_stripe(
    gateway: Gateway, customer_ids: list[str]
) -> tuple[MethodAtStripe, ...]:
    """Read what each customer holds at Stripe; one that was deleted there holds nothing."""
    methods: list[MethodAtStripe] = []

    async def look(customer: str) -> None:
        try:
            listed = await gateway.payment_methods.list(customer)
        except StripeMissing:
            return
        methods.extend(
            MethodAtStripe(
                each.id,
                customer,
                _describe(each),
            )
            for each in listed
        )

    await bounded(customer_ids, look)
    return tuple(sorted(methods, key=lambda method: method.stripe_id))


def _describe(method: StripePaymentMethod) -> str:
    return _words(
        method.type,
        method.brand,
        method.last4,
        method.exp_month,
        method.exp_year,
    )


def _words(*values: str | int | None) -> str:
    return " ".join("-" if value is None else str(value) for value in values)


async def local(customer_ids: list[str]) -> tuple[MethodRecord, ...]:
    """Read our active rows of these customers."""
    records: list[MethodRecord] = []
    for chunk in chunks(customer_ids):
        rows = PaymentMethod.filter(stripe_customer_id__in=chunk, is_active=True)
        records += [_record(row) for row in await rows.order_by("id")]
    return tuple(records)


def _record(row: PaymentMethod) -> MethodRecord:
    card = (row.card_brand, row.card_last4, row.card_exp_month, row.card_exp_year)
    described = _words(row.payment_method_type, *card)
    return MethodRecord(
        row.id, row.stripe_payment_method_id, row.stripe_customer_id, described
    )


async def detaching() -> frozenset[str]:
    """Read the methods that are being detached, and may still be held."""
    under_way = PaymentMethodDetachment.filter(done_at=None)
    return frozenset(await texts_in(under_way, "stripe_payment_method_id"))
