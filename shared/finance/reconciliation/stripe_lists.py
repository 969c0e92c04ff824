"""The long lists that a comparison reads from Stripe, on their way to disk (staging.py)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeAlias, TypeVar

from shared.core.frozen import frozen
from shared.finance.reconciliation.records import (
    EventAtStripe,
    IntentAtStripe,
    ObjectAtStripe,
    TransactionAtStripe,
)
from shared.finance.reconciliation.staging import Placed, Staging
from shared.infra.gateway.balance_transactions import BalanceTransaction

READINGS = 6  # of an account's books, until its balance has not moved meanwhile
LATE = timedelta(minutes=10)  # so much later a row may be told than those after it
# The numbers of Stripe's lists, in the order in which they are compared.
INTENTS, REFUNDS, DISPUTES, OF_ACCOUNTS = range(4)
LISTS = 1 + READINGS  # of an account
OLDER = 1 << 40  # after those of all accounts
T = TypeVar("T")
AtStripe: TypeAlias = IntentAtStripe | ObjectAtStripe | TransactionAtStripe


@frozen
class StripeWindow:
    """Since when each is read.

    Balance transactions are read from `overlap` on, so that no sale is cut in two.
    """

    since: datetime | None
    overlap: datetime | None
    events_since: datetime


@frozen
class AccountRead:
    """An account whose books are read: of a vendor, or the platform's own.

    `number`: its turn. It has a list of payouts, and one for each reading of its books.
    """

    vendor_id: int | None = None
    account: str | None = None
    number: int = 0

    @property
    def lists(self) -> range:
        """The numbers of its lists, that of its payouts first."""
        first = OF_ACCOUNTS + LISTS * self.number
        return range(first, first + LISTS)


@dataclass
class Named:
    """The ids that Stripe named in a window: of intents, of what has rows of ours, of anything."""

    intents: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)

    def take(self, record: AtStripe) -> None:
        """Note what a record names."""
        if isinstance(record, IntentAtStripe):
            self.intents.add(record.id)
            self.ids.add(record.id)
        elif isinstance(record, ObjectAtStripe):
            self.objects.add(record.id)
            if record.intent_id:
                self.intents.add(record.intent_id)
        else:
            names = [record.id, record.source, *record.links.values()]
            self.ids |= {name for name in names if name}
            if "payment_intent" in record.links:
                self.intents.add(record.links["payment_intent"])


@dataclass
class StripeRecords:
    """What Stripe says. Its long lists go to `staging`, each under a number.

    `accounts`: vendor -> its account's fields. `unreachable`: vendors that took our access away.
    `named`: nothing where everything is read.
    """

    staging: Staging
    window: StripeWindow
    balances: dict[tuple[int | None, str], int] = field(default_factory=dict)
    accounts: dict[int, dict[str, str]] = field(default_factory=dict)
    undelivered: list[EventAtStripe] = field(default_factory=list)
    unreachable: set[int] = field(default_factory=set)
    named: Named = field(default_factory=Named)

    async def take(
        self,
        number: int,
        pages: AsyncIterator[list[T]],
        to: Callable[[T], AtStripe],
    ) -> None:
        """Read a list, which comes the newest first, and is compared the oldest first."""
        places = count(0, -1)
        async for page in pages:
            records = [(next(places), to(each)) for each in page]
            self.add(number, records)

    def add(self, number: int, records: Placed[AtStripe]) -> None:
        """Add to a list."""
        self.staging.add(number, records)
        if self.window.since is not None:
            for _, record in records:
                self.named.take(record)

    def forget(self, numbers: Iterable[int]) -> None:
        """Forget lists that were begun."""
        for number in numbers:
            self.staging.drop(number)


class BooksRead:
    """How far an account's books were read, so that only news is read again.

    A row does not change, so no later reading repeats what may have taken hours.
    """

    def __init__(self, since: datetime | None) -> None:
        self.since = since
        self._known: set[str] = set()

    async def news(
        self, pages: AsyncIterator[list[BalanceTransaction]]
    ) -> AsyncIterator[list[BalanceTransaction]]:
        """Leave out what was read before, and what moves another balance than that of payments."""
        known: set[str] = set()
        begin: datetime | None = None
        async for page in pages:
            for row in page:
                begin = begin or row.created - LATE
                if row.created >= begin:
                    known.add(row.id)
            yield [
                row
                for row in page
                if row.id not in self._known and row.balance_type == "payments"
            ]
        if begin is not None:
            self.since = max(begin, self.since or begin)
            self._known = known
