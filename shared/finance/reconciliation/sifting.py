"""What of both sides may differ: everything but the groups in which nothing does.

Memory holds a piece at a time, and what may differ. That is compared as a whole then, so that
each difference is told as if everything had been there (checks/__init__.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from shared.finance.reconciliation import ledger_records
from shared.finance.reconciliation.checks import look_at
from shared.finance.reconciliation.records import BothSides
from shared.finance.reconciliation.staging import Row, Staging, by_group, sides_of
from shared.finance.reconciliation.unexplained import FeeRefunds
from shared.infra.references import service as references

Completed: TypeAlias = Callable[[dict[str, Any]], Awaitable[BothSides]]


async def with_known(sides: dict[str, Any]) -> BothSides:
    """Add which postings of these payments are there, and which movements were known once.

    The latter of reversals without a row of ours.
    """
    both = BothSides(**sides)
    reversals = {
        t.source for t in both.transactions if t.type == "transfer_refund" and t.source
    }
    unknown = reversals - {each.stripe_id for each in both.movements}
    return BothSides(
        **sides,
        posted=await ledger_records.posted(both.payments),
        remembered=await references.known(unknown),
    )


async def sift(staging: Staging, completed: Completed = with_known) -> BothSides:
    """Return the groups that may differ, completed with what must be known of them besides."""
    kept: list[Row] = []
    for piece in staging.pieces():
        both = await completed(sides_of(piece))
        if not is_quiet(both):
            kept += _not_quiet(piece, both)
    return await completed(sides_of(kept))


def _not_quiet(
    piece: list[Row],
    whole: BothSides,
) -> list[Row]:
    known: dict[str, Any] = {"posted": whole.posted, "remembered": whole.remembered}
    groups = [
        rows
        for rows in by_group(piece)
        if not is_quiet(BothSides(**sides_of(rows), **known))
    ]
    return [row for rows in groups for row in rows]


def is_quiet(both: BothSides) -> bool:
    """Say whether no check tells of anything, nor would with the others' records at hand. Pure.

    By amounts alone, fee refunds are told of which nobody knows the payment.
    """
    comparison = look_at(both)
    return not comparison.found and FeeRefunds(both, comparison.links).is_sure
