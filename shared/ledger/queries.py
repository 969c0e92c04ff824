"""What the ledger says: sums per account, for pages and for the comparison with Stripe."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.functions import Count, Sum

from shared.ledger.chart import Account
from shared.ledger.models import LedgerEntry, LedgerPosting
from shared.money import Money


@dataclass(frozen=True)
class AccountTotal:
    """What one account comes to in one currency; debits positive."""

    account: Account
    balance: Money
    entries: int


async def trial_balance() -> list[AccountTotal]:
    """Every account with its sum per currency, in the order of the chart; all of a currency together come to nought."""
    rows = (
        await LedgerEntry.all()
        .annotate(total=Sum("amount"), entries=Count("id"))
        .group_by("account", "currency")
        .values_list("account", "currency", "total", "entries")
    )
    chart = list(Account)
    found = [AccountTotal(Account(a), Money(int(total), currency), int(n)) for a, currency, total, n in rows]
    return sorted(found, key=lambda row: (row.balance.currency, chart.index(row.account)))


async def owes(vendor_id: int) -> bool:
    """Whether the platform advanced something for this vendor that is not paid back."""
    rows = await (
        LedgerEntry.filter(vendor_id=vendor_id, account=Account.VENDOR_RECEIVABLE)
        .annotate(total=Sum("amount"))
        .group_by("currency")
        .values_list("total", flat=True)
    )
    return any(int(total) > 0 for total in rows)  # type: ignore[call-overload]


async def reserved_of_order(order_id: int) -> bool:
    """Whether a part of this order was ever held back as a reserve."""
    return await LedgerPosting.filter(subject=f"order:{order_id}", kind="reserved").exists()


async def of_vendor(vendor_id: int) -> dict[tuple[Account, str], int]:
    """What a vendor's accounts come to: (account, currency) -> minor units, debits positive."""
    rows = (
        await LedgerEntry.filter(vendor_id=vendor_id)
        .annotate(total=Sum("amount"))
        .group_by("account", "currency")
        .values_list("account", "currency", "total")
    )
    return {(Account(account), currency): int(total) for account, currency, total in rows}
