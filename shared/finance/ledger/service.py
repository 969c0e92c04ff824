"""Writing postings down, inside the transaction of the fact that they tell."""

from __future__ import annotations

from collections.abc import Mapping

from shared.finance.ledger.chart import Account, Posting
from shared.finance.ledger.models import AccountSum, LedgerEntry, LedgerPosting
from shared.finance.ledger.queries import of_vendor
from shared.finance.ledger.statements import is_owing
from shared.infra.activity.changes import Columns
from shared.infra.activity.models import Activity
from shared.infra.database.batch import Batch
from shared.infra.database.dialect import dialect
from shared.infra.database.newcomers import Newcomers
from shared.infra.unit import Transaction
from shared.infra.unit.acts import without_act

_TABLES = tuple(
    model._meta.db_table for model in (LedgerPosting, LedgerEntry, AccountSum)
)
_CLOSE = 'UPDATE "ledger_postings" SET "is_closed" = TRUE WHERE "id" IN ({marks})'


class Postings:
    """Postings that a transaction keeps until they are written together
    (shared/infra/unit/collected.py).
    """

    def __init__(self) -> None:
        self._by_key: dict[str, Posting] = {}
        self._asked: set[str] = set()
        self._ids: dict[str, int] = {}

    @property
    def tables(self) -> tuple[str, ...]:
        return _TABLES if self._by_key else ()

    def has(self, key: str) -> bool:
        """Tell whether the fact of this key is among them."""
        return key in self._by_key

    def touches(self, account: Account) -> bool:
        """Tell whether one of them has an entry of an account."""
        return any(
            entry.account is account
            for posting in self._by_key.values()
            for entry in posting.entries
        )

    def add(self, posting: Posting) -> None:
        """Keep one more, unless one with its key is kept already."""
        self._by_key.setdefault(posting.key, posting)

    def asks(self) -> Newcomers | None:
        """Insert the postings whose facts are not posted yet, with entries and history."""
        fresh = [one for key, one in self._by_key.items() if key not in self._asked]
        self._asked.update(self._by_key)
        return Newcomers(
            [_row(one) for one in fresh],
            "key",
            {one.key: [*_entries(one), _told(one)] for one in fresh},
            "posting_id",
        )

    def learn(self, new: Mapping[str, int]) -> None:
        """Close those alone that were new."""
        self._ids.update(new)

    def write(self, batch: Batch) -> None:
        """Close the postings after their entries, which PostgreSQL does itself at commit: it
        refuses one that does not balance, and adds up what each account comes to.
        """
        if self._ids and dialect() != "postgres":
            marks = ", ".join("?" * len(self._ids))
            close = _CLOSE.format(marks=marks)
            batch.add(close, *self._ids.values(), wave=1)


async def owes(tx: Transaction, vendor_id: int) -> bool:
    """Whether the platform advanced something for this vendor that is not paid back.

    As the kept sums say, unless this transaction has changed that itself.
    """
    account = Account.VENDOR_RECEIVABLE
    kept = tx.collected(Postings)
    if not (kept.touches(account) or tx.has_added_to(LedgerEntry)):
        return await is_owing(vendor_id)
    sums = await of_vendor(vendor_id)
    return any(total > 0 for (of, _), total in sums.items() if of is account)


async def post(tx: Transaction, posting: Posting) -> bool:
    """Add a posting with its entries and close it; False when the same fact is there already.

    The caller holds the lock on what the fact is about, so the same fact is not posted twice at
    once.
    """
    kept = tx.collected(Postings)
    is_there = kept.has(posting.key) or await LedgerPosting.exists(key=posting.key)
    if is_there or not posting.entries:
        return False
    post_once(tx, posting)
    return True


def post_once(tx: Transaction, posting: Posting) -> None:
    """Add a posting with its entries and close it, unless the same fact is there already.

    For who need not know which.
    """
    if posting.entries:
        tx.collected(Postings).add(posting)


def _told(posting: Posting) -> Activity:
    """A posting is activity of its order: what it is called, and what it comes to."""
    thing, _, number = posting.subject.partition(":")
    currencies = {entry.currency for entry in posting.entries}
    total = sum(entry.amount for entry in posting.entries if entry.amount > 0)
    only = (
        {"amount": total, "currency": currencies.pop()} if len(currencies) == 1 else {}
    )
    return without_act(
        "posting.made",
        subject=f"posting:{posting.key}",
        order_id=int(number) if thing == "order" and number.isdigit() else None,
        vendor_id=posting.named_owner,
        changes=Columns({}, {"kind": posting.kind}),
        details=only,
    )


def _row(posting: Posting) -> LedgerPosting:
    return LedgerPosting(
        kind=posting.kind,
        key=posting.key,
        subject=posting.subject,
        vendor_id=posting.unnamed_owner,
    )


def _entries(posting: Posting) -> list[LedgerEntry]:
    return [
        LedgerEntry(
            posting_id=0,  # known when it is written
            account=entry.account,
            vendor_id=entry.vendor_id,
            amount=entry.amount,
            currency=entry.currency,
            stripe_id=entry.stripe_id,
        )
        for entry in posting.entries
    ]
