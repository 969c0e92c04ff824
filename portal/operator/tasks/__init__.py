"""What waits for the marketplace's own staff: each thing that needs doing as one line of the
operator's home.
"""

from __future__ import annotations

from collections.abc import Iterator

from portal.operator.tasks import books, guesses, messages, money, payouts, vat
from portal.operator.tasks.task import Task
from shared.finance.overview.dashboard import Dashboard

# What stops everything first, then what has a deadline.
_IN_ORDER = (
    books.standstill,
    money.at_risk,
    money.decisions,
    books.books,
    payouts.payouts,
    vat.vat,
    money.owing,
    money.transfers,
    money.contributions,
    money.unpaid_refunds,
    messages.withdrawals,
    messages.parked_events,
    messages.webhooks,
    messages.mails,
    guesses.codes,
    guesses.cards,
)


def tasks(now: Dashboard) -> Iterator[Task]:
    """What waits, what has a deadline first; nothing that is zero."""
    for part in _IN_ORDER:
        yield from part(now)
