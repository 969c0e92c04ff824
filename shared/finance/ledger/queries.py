"""What the ledger says: sums per account, for pages and for the comparison with Stripe.

What an account comes to is kept (`AccountSum`); a transaction that has posted something itself adds
the entries up, since on PostgreSQL sums follow at commit.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeAlias

from tortoise.functions import Count, Sum
from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import AccountSum, LedgerEntry, LedgerPosting
from shared.infra import unit

ByVendor: TypeAlias = dict[tuple[int, str], int]  # (vendor, currency) -> minor units


@frozen
class AccountTotal:
    """What one account comes to in one currency; debits positive."""

    account: Account
    balance: Money
    entries: int


async def _added_up() -> QuerySet[Any]:
    """Amounts (`total`) and numbers of entries (`number`), to be filtered and grouped."""
    await unit.flush()
    tx = unit.current()
    if tx is not None and tx.has_added_to(LedgerEntry):
        sums = LedgerEntry.all().annotate(total=Sum("amount"))
        return sums.annotate(number=Count("id"))
    kept = AccountSum.all().annotate(total=Sum("amount"))
    return kept.annotate(number=Sum("entries"))


async def trial_balance() -> list[AccountTotal]:
    """Every account with its sum per currency, in the order of the chart; all of a currency
    together come to zero.
    """
    groups = ("account", "currency")
    sums = (await _added_up()).group_by(*groups)
    rows = await sums.values_list(*groups, "total", "number")
    chart = list(Account)
    found = [
        AccountTotal(
            Account(a),
            Money(int(total), currency),
            int(n),
        )
        for a, currency, total, n in rows
    ]
    return sorted(
        found,
        key=lambda row: (
            row.balance.currency,
            chart.index(row.account),
        ),
    )


async def of_vendor(vendor_id: int) -> dict[tuple[Account, str], int]:
    """What a vendor's accounts come to: (account, currency) -> minor units, debits positive."""
    groups = ("account", "currency")
    sums = await _added_up()
    query = sums.filter(vendor_id=vendor_id).group_by(*groups)
    return {
        (Account(account), currency): int(total)
        for account, currency, total in await query.values_list(*groups, "total")
    }


async def debits_by_vendor(account: Account) -> ByVendor:
    """Where an account comes to more than zero."""
    return await _by_vendor(account, total__gt=0)


async def credits_by_vendor(account: Account) -> ByVendor:
    """Where an account comes to less than zero."""
    return await _by_vendor(account, total__lt=0)


async def _by_vendor(account: Account, **where: int) -> ByVendor:
    groups = ("vendor_id", "currency")
    sums = await _added_up()
    query = sums.filter(account=account.value, **where).group_by(*groups)
    return {
        (int(vendor), currency): int(total)
        for vendor, currency, total in await query.values_list(*groups, "total")
    }


async def sums_of(subject: str, kinds: Collection[str]) -> dict[Account, int]:
    """What the postings of these kinds about one thing (`order:12`) come to per account, debits
    positive. One currency.
    """
    await unit.flush()
    rows = (
        await LedgerEntry.filter(
            posting__subject=subject, posting__kind__in=list(kinds)
        )
        .annotate(total=Sum("amount"))
        .group_by("account")
        .values_list("account", "total")
    )
    return {Account(account): int(total) for account, total in rows}


async def is_posted(key: str) -> bool:
    """Whether the fact of this name is in the books."""
    await unit.flush()
    return await LedgerPosting.exists(key=key)


async def refunds_paid(order_id: int) -> list[tuple[datetime, Money]]:
    """The refunds of an order that left the platform and did not come back, oldest first."""
    await unit.flush()
    rows = await LedgerPosting.filter(
        subject=f"order:{order_id}", kind__in=["refund_paid", "refund_returned"]
    )
    back = {row.key.partition(":")[2] for row in rows if row.kind == "refund_returned"}
    paid = {
        row.id: row
        for row in rows
        if row.kind == "refund_paid" and row.key.partition(":")[2] not in back
    }
    entries = await LedgerEntry.filter(
        posting_id__in=list(paid), account=Account.SHOPPERS_DUE
    ).order_by("id")
    return [
        (
            paid[entry.posting_id].created_at,
            Money(entry.amount, entry.currency),
        )
        for entry in entries
    ]
