"""Reading both sides of saved payment methods for a comparison: our rows in few queries, Stripe's list customer by customer."""

from __future__ import annotations

from datetime import datetime

from shared.finance.payment_methods.models import PaymentMethod, PaymentMethodDetachment, StripeCustomer
from shared.finance.reconciliation.facts import HeldMethod, MethodRow
from shared.finance.reconciliation.theirs import bounded
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_methods import StripePaymentMethod

CHUNK = 500


async def customers(since: datetime | None) -> list[str]:
    """The customers that are compared: all that are not gone, or those whose methods were saved or changed since."""
    live = StripeCustomer.filter(gone_at=None, stripe_customer_id__not_isnull=True)
    if since is not None:
        changed = await PaymentMethod.filter(updated_at__gte=since).values_list("stripe_customer_id", flat=True)
        live = live.filter(stripe_customer_id__in=list(dict.fromkeys(map(str, changed))))
    return [str(id_) for id_ in await live.order_by("id").values_list("stripe_customer_id", flat=True)]


async def held(gateway: Gateway, asked: list[str]) -> tuple[HeldMethod, ...]:
    """What each holds at Stripe; one that was deleted there holds nothing."""
    found: list[HeldMethod] = []

    async def look(customer: str) -> None:
        try:
            listed = await gateway.payment_methods.list(customer)
        except StripeMissing:
            return
        found.extend(HeldMethod(method.id, customer, _told(method)) for method in listed)

    await bounded(asked, look)
    return tuple(sorted(found, key=lambda method: method.stripe_id))


def _told(method: StripePaymentMethod) -> str:
    return _words(method.type, method.brand, method.last4, method.exp_month, method.exp_year)


def _words(*facts: str | int | None) -> str:
    return " ".join("-" if fact is None else str(fact) for fact in facts)


async def rows(asked: list[str]) -> tuple[MethodRow, ...]:
    """Our active rows of these customers."""
    found: list[MethodRow] = []
    for start in range(0, len(asked), CHUNK):
        mine = PaymentMethod.filter(stripe_customer_id__in=asked[start : start + CHUNK], is_active=True)
        found += [_row(row) for row in await mine.order_by("id")]
    return tuple(found)


def _row(row: PaymentMethod) -> MethodRow:
    told = _words(row.payment_method_type, row.card_brand, row.card_last4, row.card_exp_month, row.card_exp_year)
    return MethodRow(row.id, row.stripe_payment_method_id, row.stripe_customer_id, told)


async def leaving() -> frozenset[str]:
    """The methods that are on their way out, and may still be held."""
    under_way = PaymentMethodDetachment.filter(done_at=None)
    return frozenset(map(str, await under_way.values_list("stripe_payment_method_id", flat=True)))
