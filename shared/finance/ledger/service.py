"""Writing postings down, inside the transaction of the fact that they tell."""

from __future__ import annotations

from shared.finance.ledger.chart import Posting
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.infra.activity.changes import Columns
from shared.infra.unit import Transaction


class Postings:
    """Postings that a transaction keeps until they are written together
    (shared/infra/unit/collected.py).
    """

    def __init__(self) -> None:
        self._by_key: dict[str, Posting] = {}

    @property
    def tables(self) -> tuple[str, ...]:
        if not self._by_key:
            return ()
        return (LedgerPosting._meta.db_table, LedgerEntry._meta.db_table)

    def has(self, key: str) -> bool:
        """Tell whether the fact of this key is among them."""
        return key in self._by_key

    def add(self, posting: Posting) -> None:
        """Keep one more."""
        self._by_key[posting.key] = posting

    async def write(self) -> None:
        """Write the postings, then their entries, then close them: the database refuses one that
        does not balance.
        """
        postings = self._by_key.values()
        rows = [
            LedgerPosting(
                kind=one.kind,
                key=one.key,
                subject=one.subject,
            )
            for one in postings
        ]
        await LedgerPosting.bulk_create(rows)
        written = LedgerPosting.filter(key__in=list(self._by_key))
        ids = {
            str(key): int(str(number))
            for key, number in await written.values_list("key", "id")
        }
        entries = [entry for one in postings for entry in _entries(ids[one.key], one)]
        await LedgerEntry.bulk_create(entries)
        await LedgerPosting.filter(id__in=list(ids.values())).update(is_closed=True)


async def post(tx: Transaction, posting: Posting) -> bool:
    """Add a posting with its entries and close it; False when the same fact is there already.

    The caller holds the lock on what the fact is about, so the same fact is not posted twice at
    once.
    """
    kept = tx.collected(Postings)
    if (
        not posting.entries
        or kept.has(posting.key)
        or await LedgerPosting.exists(key=posting.key)
    ):
        return False
    kept.add(posting)
    _happened(tx, posting)
    return True


def _happened(tx: Transaction, posting: Posting) -> None:
    """A posting is activity of its order: what it is called, and what it comes to."""
    thing, _, number = posting.subject.partition(":")
    currencies = {entry.currency for entry in posting.entries}
    total = sum(entry.amount for entry in posting.entries if entry.amount > 0)
    only = (
        {"amount": total, "currency": currencies.pop()} if len(currencies) == 1 else {}
    )
    tx.happened(
        "posting.made",
        subject=f"posting:{posting.key}",
        order_id=int(number) if thing == "order" and number.isdigit() else None,
        vendor_id=next(
            (e.vendor_id for e in posting.entries if e.vendor_id is not None),
            None,
        ),
        changes=Columns({}, {"kind": posting.kind}),
        details=only,
    )


def _entries(posting_id: int, posting: Posting) -> list[LedgerEntry]:
    return [
        LedgerEntry(
            posting_id=posting_id,
            account=entry.account,
            vendor_id=entry.vendor_id,
            amount=entry.amount,
            currency=entry.currency,
            stripe_id=entry.stripe_id,
        )
        for entry in posting.entries
    ]
