"""What each vendor has earned against where that money lies, by the ledger alone: read here, judged in tallies.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from tortoise.expressions import Subquery
from tortoise.functions import Sum

from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.reconciliation.facts import Earned
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNDONE

Place = tuple[int, str]
Sums = Mapping[tuple[str, int | None, str], int]
EARNED = (Account.VENDOR_PAYABLE.value, Account.VENDOR_RESERVED.value)
LIES = (Account.STRIPE_VENDOR.value, Account.STRIPE_HELD_VENDOR.value, Account.BANK_VENDOR.value)


async def read(sums: Sums) -> tuple[Earned, ...]:
    """One for each vendor and currency in `sums`, what the ledger's accounts come to."""
    earned, lies = _summed(sums, EARNED), _summed(sums, LIES)
    open_, parked = await _open_claims(), await _in_suspense()
    places = sorted({*earned, *lies, *open_})
    found = []
    for place in places:
        waits, set_off = open_.get(place, (0, 0))
        waits -= parked.get(place, 0)
        found.append(Earned(*place, -earned.get(place, 0), lies.get(place, 0), waits, set_off=set_off))
    off = {row.vendor_id for row in found if row.off}
    unposted = await _unposted(off) if off else {}
    return tuple(
        replace(row, unposted=unposted.get((row.vendor_id, row.currency), {})) if row.off else row for row in found
    )


def _summed(sums: Sums, accounts: Iterable[str]) -> dict[Place, int]:
    found: dict[Place, int] = defaultdict(int)
    for (account, vendor_id, currency), total in sums.items():
        if account in accounts and vendor_id is not None:
            found[vendor_id, currency] += total
    return dict(found)


async def _open_claims() -> dict[Place, tuple[int, int]]:
    """What was taken or is owed beyond what claims come to (below nought: what is still to be taken), and what was set off."""
    rows = (
        await Claim.all()
        .annotate(a=Sum("amount"), t=Sum("taken"), n=Sum("netted"), r=Sum("receivable"), w=Sum("written_off"))
        .group_by("vendor_id", "currency")
        .values_list("vendor_id", "currency", "a", "t", "n", "r", "w")
    )
    return {(int(v), str(c)): (int(t) + int(n) + int(r) + int(w) - int(a), int(n)) for v, c, a, t, n, r, w in rows}


async def _in_suspense() -> dict[Place, int]:
    """What lies in vendors' balances and is nobody's yet: the other side of its postings is suspense."""
    postings = LedgerEntry.filter(account=Account.SUSPENSE).values("posting_id")
    rows = (
        await LedgerEntry.filter(account=Account.STRIPE_VENDOR, posting_id__in=Subquery(postings))
        .annotate(total=Sum("amount"))
        .group_by("vendor_id", "currency")
        .values_list("vendor_id", "currency", "total")
    )
    return {(int(str(vendor)), str(currency)): int(str(total)) for vendor, currency, total in rows}


async def _unposted(vendors: Iterable[int]) -> dict[Place, dict[int, int]]:
    """Refunds of these vendors that Stripe took on and the ledger does not have, or whose failure it does not have."""
    query = Refund.filter(vendor_id__in=sorted(vendors), stripe_refund_id__not_isnull=True).order_by("id")
    rows = await query.values_list("id", "vendor_id", "currency", "vendor_part", "status")
    subjects = [f"{kind}:{row[0]}" for row in rows for kind in ("refund", "refund_undone")]
    posted = {str(key) for key in await LedgerPosting.filter(key__in=subjects).values_list("key", flat=True)}
    found: dict[Place, dict[int, int]] = defaultdict(dict)
    for refund_id, vendor_id, currency, part, status in rows:
        lacks = (f"refund:{refund_id}" not in posted) - (
            status in UNDONE and f"refund_undone:{refund_id}" not in posted
        )
        if lacks:
            found[int(vendor_id), str(currency)][int(refund_id)] = lacks * int(part)
    return dict(found)
