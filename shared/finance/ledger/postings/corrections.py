"""Postings that take another one back: the ledger only grows, so what was wrong gets its opposite.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.finance.ledger.chart import Entry, Posting
from shared.finance.ledger.postings.sales import Unexplained, unexplained


def explained(fact: Unexplained) -> Posting:
    """What was parked as unexplained has its own posting now, so that it must not be counted
    twice.
    """
    undone = tuple(
        replace(entry, amount=-entry.amount) for entry in unexplained(fact).entries
    )
    return Posting(
        "explained", f"explained:{fact.name}", f"transaction:{fact.stripe_id}", undone
    )


def opposite(
    key: str,
    subject: str,
    entries: Sequence[Entry],
    vendor_id: int | None,
) -> Posting:
    """A posting whose fact never was is taken back, line by line."""
    undone = tuple(replace(entry, amount=-entry.amount) for entry in entries)
    return Posting("reversed", f"reversed:{key}", subject, undone, vendor_id)
