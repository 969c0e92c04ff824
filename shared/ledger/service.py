"""Writing postings down, inside the transaction of the fact that they tell."""

from __future__ import annotations

from shared.database import unit
from shared.ledger.chart import Posting
from shared.ledger.models import LedgerEntry, LedgerPosting


async def post(posting: Posting) -> bool:
    """Add a posting with its entries and close it; False when the same fact is there already.

    The caller holds the lock on what the fact is about, so the same fact is not posted twice at once.
    """
    if not unit.is_open():
        raise RuntimeError("a posting belongs into the transaction of its fact")
    if not posting.entries or await LedgerPosting.exists(key=posting.key):
        return False
    row = await LedgerPosting.create(kind=posting.kind, key=posting.key, subject=posting.subject)
    for entry in posting.entries:
        await LedgerEntry.create(
            posting_id=row.id,
            account=entry.account,
            vendor_id=entry.vendor_id,
            amount=entry.amount,
            currency=entry.currency,
            stripe_id=entry.stripe_id,
        )
    await LedgerPosting.filter(id=row.id).update(is_closed=True)
    return True
