"""Reading both sides of saved payment methods: ours in few queries, Stripe's by customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodDetachment,
    StripeCustomer,
)
from shared.finance.reconciliation.records import MethodAtStripe, MethodRecord
from shared.finance.reconciliation.stripe_records import bounded
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import texts_in
from shared.infra.database.reading import in_pieces
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_methods import StripePaymentMethod


class SavedMethods(NamedTuple):
    """Both sides of saved methods: of those customers of whom something may differ.

    `number`: of how many of ours; `detaching`: what is being detached, and may still be held.
    """

    ours: tuple[MethodRecord, ...] = ()
    at_stripe: tuple[MethodAtStripe, ...] = ()
    detaching: frozenset[str] = frozenset()
    number: int = 0


async def read(gateway: Gateway, since: datetime | None) -> SavedMethods:
    """Read both sides, some customers at a time.

    Of all that live, or of those whose methods changed since.
    """
    ours: list[MethodRecord] = []
    at_stripe: list[MethodAtStripe] = []
    number = 0
    async for rows in in_pieces(_customers(since), ("stripe_customer_id",)):
        customers = [str(row[1]) for row in rows]
        told = await _at_stripe(gateway, customers)
        kept = await _local(told)
        for customer, held in told.items():
            mine = kept[customer]
            number += len(mine)
            if may_differ(mine, held):
                ours += mine
                at_stripe += held
    return SavedMethods(
        tuple(sorted(ours, key=lambda method: method.id)),
        tuple(sorted(at_stripe, key=lambda method: method.stripe_id)),
        await _detaching(),
        number,
    )


def may_differ(
    mine: Iterable[MethodRecord],
    held: Iterable[MethodAtStripe],
) -> bool:
    """Say whether a customer's methods are others at Stripe. Pure."""
    kept = {(method.stripe_id, method.described) for method in mine}
    return kept != {(method.stripe_id, method.described) for method in held}


def _customers(since: datetime | None) -> QuerySet[StripeCustomer]:
    live = StripeCustomer.filter(gone_at=None, stripe_customer_id__not_isnull=True)
    if since is None:
        return live
    changed = PaymentMethod.filter(updated_at__gte=since)
    whose = Subquery(changed.values("stripe_customer_id"))
    return live.filter(stripe_customer_id__in=whose)


async def _at_stripe(
    gateway: Gateway, customers: Sequence[str]
) -> dict[str, list[MethodAtStripe]]:
    """Read what each customer holds at Stripe; one that was deleted there holds nothing."""
    methods: dict[str, list[MethodAtStripe]] = {each: [] for each in customers}

    async def look(customer: str) -> None:
        try:
            listed = await gateway.payment_methods.list(customer)
        except StripeMissing:
            return
        methods[customer] += [
            MethodAtStripe(each.id, customer, _describe(each)) for each in listed
        ]

    await bounded(customers, look)
    return methods


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


async def _local(customers: Iterable[str]) -> Mapping[str, list[MethodRecord]]:
    """Read our active rows of these customers, by customer."""
    records: dict[str, list[MethodRecord]] = defaultdict(list)
    for chunk in chunks(customers):
        rows = PaymentMethod.filter(stripe_customer_id__in=chunk, is_active=True)
        for row in await rows:
            records[row.stripe_customer_id].append(_record(row))
    return records


def _record(row: PaymentMethod) -> MethodRecord:
    card = (row.card_brand, row.card_last4, row.card_exp_month, row.card_exp_year)
    described = _words(row.payment_method_type, *card)
    return MethodRecord(
        row.id, row.stripe_payment_method_id, row.stripe_customer_id, described
    )


async def _detaching() -> frozenset[str]:
    under_way = PaymentMethodDetachment.filter(done_at=None)
    return frozenset(await texts_in(under_way, "stripe_payment_method_id"))
