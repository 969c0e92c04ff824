"""Reading what each vendor has earned and where that lies, by the ledger alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tortoise.expressions import Subquery
from tortoise.functions import Sum

from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.payments.waiting_transfers import waiting_transfers
from shared.finance.reconciliation.ledger_records import Sums
from shared.finance.reconciliation.records import VendorEarnings
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNDONE
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import texts_in

EARNED = (Account.VENDOR_PAYABLE.value, Account.VENDOR_RESERVED.value)
LIES = (
    Account.STRIPE_VENDOR.value,
    Account.STRIPE_HELD_VENDOR.value,
    Account.BANK_VENDOR.value,
)
VendorTotals = dict[tuple[int, str], int]  # vendor and currency -> minor units


async def read(sums: Sums) -> tuple[VendorEarnings, ...]:
    """Read the earnings of each vendor and currency out of the ledger's sums."""
    earned, lies = _total(sums, EARNED), _total(sums, LIES)
    to_come, set_off = await _claims()
    parked = await _in_suspense()
    untransferred = await _untransferred()
    rows = [
        VendorEarnings(
            *place,
            earned=-earned.get(place, 0),
            lies=lies.get(place, 0),
            waits=to_come.get(place, 0)
            - parked.get(place, 0)
            + untransferred.get(place, 0),
            set_off=set_off.get(place, 0),
        )
        for place in sorted({*earned, *lies, *to_come, *untransferred})
    ]
    return await _with_unposted(rows)


def _total(sums: Sums, accounts: Iterable[str]) -> VendorTotals:
    totals: VendorTotals = defaultdict(int)
    for (account, vendor_id, currency), total in sums.items():
        if account in accounts and vendor_id is not None:
            totals[vendor_id, currency] += total
    return dict(totals)


async def _claims() -> tuple[VendorTotals, VendorTotals]:
    """Read what was taken or is owed beyond what claims come to, and what was set off.

    The first is below zero where something is still to be taken.
    """
    parts = ("amount", "taken", "netted", "receivable", "written_off")
    query = Claim.all().annotate(**{f"sum_{part}": Sum(part) for part in parts})
    columns = ("vendor_id", "currency", *(f"sum_{part}" for part in parts))
    rows = await query.group_by("vendor_id", "currency").values_list(*columns)
    to_come: VendorTotals = {}
    set_off: VendorTotals = {}
    for vendor_id, currency, *totals in rows:
        amount, taken, netted, receivable, written_off = map(int, totals)
        place = (int(vendor_id), str(currency))
        to_come[place] = taken + netted + receivable + written_off - amount
        set_off[place] = netted
    return to_come, set_off


async def _in_suspense() -> VendorTotals:
    """Read what lies in vendors' balances and is nobody's yet: what stands against suspense."""
    postings = LedgerEntry.filter(account=Account.SUSPENSE).values("posting_id")
    query = LedgerEntry.filter(
        account=Account.STRIPE_VENDOR, posting_id__in=Subquery(postings)
    )
    groups = query.annotate(total=Sum("amount")).group_by("vendor_id", "currency")
    rows = await groups.values_list("vendor_id", "currency", "total")
    totals: VendorTotals = {}
    for vendor_id, currency, total in rows:
        totals[int(str(vendor_id)), str(currency)] = int(str(total))
    return totals


async def _untransferred() -> VendorTotals:
    """Read what vendors have earned of shared payments and not got: it lies with the platform."""
    query = waiting_transfers().annotate(total=Sum("amount_vendor"))
    groups = query.group_by("vendor_id", "currency")
    rows = await groups.values_list("vendor_id", "currency", "total")
    return {
        (int(str(vendor_id)), str(currency)): int(str(total))
        for vendor_id, currency, total in rows
    }


async def _with_unposted(rows: Sequence[VendorEarnings]) -> tuple[VendorEarnings, ...]:
    """Add, to what differs, the refunds that the ledger lacks."""
    differing = {row.vendor_id for row in rows if row.excess}
    unposted = await _unposted_refunds(differing) if differing else {}
    return tuple(
        replace(
            row,
            unposted=unposted.get((row.vendor_id, row.currency), {}),
        )
        if row.excess
        else row
        for row in rows
    )


async def _unposted_refunds(
    vendors: Iterable[int],
) -> Mapping[tuple[int, str], dict[int, int]]:
    """Read refunds of these vendors that Stripe took on and the ledger does not have.

    Or whose failure it does not have: those count the other way.
    """
    rows: list[Any] = []
    for some in chunks(vendors):
        query = Refund.filter(vendor_id__in=some, stripe_refund_id__not_isnull=True)
        rows += await query.order_by("id").values_list(
            "id", "vendor_id", "currency", "vendor_part", "status"
        )
    keys = (f"{kind}:{row[0]}" for row in rows for kind in ("refund", "refund_undone"))
    posted = await _posted(keys)
    unposted: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for refund_id, vendor_id, currency, part, status in rows:
        lacks_refund = f"refund:{refund_id}" not in posted
        lacks_failure = status in UNDONE and f"refund_undone:{refund_id}" not in posted
        if lacks_refund != lacks_failure:
            amount = int(part) if lacks_refund else -int(part)
            unposted[int(vendor_id), str(currency)][int(refund_id)] = amount
    return unposted


async def _posted(keys: Iterable[str]) -> set[str]:
    """Return those of these postings that are in the ledger."""
    posted: set[str] = set()
    for some in chunks(keys):
        posted.update(await texts_in(LedgerPosting.filter(key__in=some), "key"))
    return posted
