"""What the marketplace stands in for, as the operator sees it."""

from __future__ import annotations

from typing import Any, TypeAlias

from tortoise.functions import Sum
from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import OPEN
from shared.finance.ledger.chart import Account
from shared.finance.ledger.queries import (
    credits_by_vendor,
    debits_by_vendor,
    trial_balance,
)
from shared.finance.overview.exposure import ExposureParts, exposure, totals
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNSETTLED
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.trade.vendors.search import vendor_names

Sums: TypeAlias = dict[tuple[int, str], int]  # by vendor and currency


@frozen
class Risk:
    """The exposure of one vendor, or of all without a name, in one currency. Money throughout."""

    vendor_id: int | None
    vendor_name: str
    currency: str
    parts: ExposureParts

    def money(self, amount: int) -> Money:
        """An amount of its currency."""
        return Money(amount, self.currency)


@frozen
class ExposureView:
    """What the platform stands in for: together per currency, and vendor by vendor."""

    together: tuple[Risk, ...]
    vendors: tuple[Risk, ...]


async def exposure_now() -> ExposureView:
    """The operator's exposure, from ledger and rows; the stand-in adds up its own side for the
    tests.
    """
    reserved = await credits_by_vendor(Account.VENDOR_RESERVED)
    places = exposure(
        balances=await credits_by_vendor(Account.STRIPE_VENDOR),
        disputes=await _summed(
            Dispute.filter(status__in=[status.value for status in OPEN]), "amount"
        ),
        refunds=await _summed(
            Refund.filter(status__in=[state.value for state in UNSETTLED]), "amount"
        ),
        receivables=await _summed(Claim.filter(receivable__gt=0), "receivable"),
        reserves={place: -amount for place, amount in reserved.items()},
        held=await debits_by_vendor(Account.STRIPE_HELD_VENDOR),
    )
    names = await vendor_names(vendor for vendor, _ in places)
    return ExposureView(
        together=tuple(
            Risk(None, "", currency, parts)
            for currency, parts in totals(places.items()).items()
        ),
        vendors=tuple(
            Risk(vendor, names.get(vendor, ""), currency, p)
            for (vendor, currency), p in places.items()
        ),
    )


async def _summed(query: QuerySet[Any], column: str) -> Sums:
    rows = query.annotate(total=Sum(column)).group_by("vendor_id", "currency")
    found = await rows.values_list("vendor_id", "currency", "total")
    return {(int(vendor), currency): int(total) for vendor, currency, total in found}


async def reserved_at_stripe(gateway: Gateway) -> tuple[Money, ...] | None:
    """What Stripe itself keeps back for negative balances (connect_reserved); None when it cannot
    be asked now.
    """
    try:
        lines = await gateway.balance.get()
    except (StripeUnavailable, StripeRefused):
        return None
    return tuple(Money(line.reserved, line.currency) for line in lines if line.reserved)


async def held_of_platform() -> tuple[Money, ...]:
    """What Stripe holds of the platform's own money in its risk reserve, by the ledger; currencies
    with nothing are left out.
    """
    rows = await trial_balance()
    return tuple(
        row.balance
        for row in rows
        if row.account is Account.STRIPE_HELD_PLATFORM and row.balance
    )
