"""Repairs that park money as unexplained, and that take it out again. A balance transaction may be parked more than once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.ledger.postings import Unexplained
from shared.finance.reconciliation import ours
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.explain import SUSPENSE
from shared.infra import unit
from shared.infra.jobs import Context

Arguments = Mapping[str, Any]


async def suspend(_context: Context, given: Arguments) -> str:
    """Money that nothing explains is posted beside the balance that holds it, and waits in suspense."""
    done = 0
    async with unit.transaction() as tx:
        for stripe_id, vendor_id, net, currency in given["transactions"]:
            fact = Unexplained(vendor_id, currency, net, str(stripe_id))
            times, is_parked = await _parked(fact.stripe_id)
            if is_parked or await _is_booked(fact, str(given.get("stripe_id") or stripe_id)):
                continue  # somebody found out what it is
            done += await ledger.post(tx, postings.unexplained(replace(fact, number=times + 1)))
    return "Parked as unexplained." if done else "It is in the books meanwhile."


async def clear(_context: Context, given: Arguments) -> str:
    """What has its own posting now leaves suspense."""
    async with unit.transaction() as tx:
        for stripe_id in given["transactions"]:
            times, is_parked = await _parked(str(stripe_id))
            rows = LedgerEntry.filter(
                stripe_id=stripe_id, posting__kind="unexplained", account__in=ours.AT_STRIPE
            ).order_by("-id")
            entry = await rows.first()
            if entry is None:
                raise CannotRepair
            if is_parked:
                fact = Unexplained(entry.vendor_id, entry.currency, entry.amount, str(stripe_id), times)
                await ledger.post(tx, postings.explained(fact))
    return "Taken out of suspense."


async def _parked(stripe_id: str) -> tuple[int, bool]:
    """How often a balance transaction was parked, and whether it is now."""
    await unit.flush()
    mine = LedgerPosting.filter(subject=f"transaction:{stripe_id}", kind__in=SUSPENSE)
    kinds = [str(kind) for kind in await mine.values_list("kind", flat=True)]
    times = kinds.count("unexplained")
    return times, times > kinds.count("explained")


async def _is_booked(fact: Unexplained, named: str) -> bool:
    """Whether a posting of its own has it, under its own id or the one that it is `named`; one that was taken back does not count."""
    rows = LedgerEntry.filter(
        stripe_id__in=[named, fact.stripe_id],
        account__in=ours.AT_STRIPE,
        vendor_id=fact.vendor_id,
        currency=fact.currency,
    )
    own = rows.exclude(posting__kind__in=[*SUSPENSE, "reversed"])
    keys = {str(key) for key in await own.values_list("posting__key", flat=True)}
    undone = LedgerPosting.filter(key__in=[f"reversed:{key}" for key in keys])
    return len(keys) > await undone.count()
