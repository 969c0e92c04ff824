"""Repairing what a reconciliation found, by the repairs of its checks."""

from __future__ import annotations

from typing import Any

from shared.core import clock
from shared.core.errors import MarketError, TryLater
from shared.finance.reconciliation.checks import REPAIRS
from shared.finance.reconciliation.checks.check import Arguments
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import RepairName
from shared.finance.reconciliation.models import Difference
from shared.infra import unit
from shared.infra.jobs import Context

OUTCOME = 300  # letters that are kept


async def apply(
    context: Context,
    difference_id: int,
    *,
    actor: str,
) -> str:
    """Repair one difference and note what came of it; a sentence.

    Raises CannotRepair, or what Stripe or the domain said.
    """
    row = await Difference.get(id=difference_id)
    if row.status == "repaired":
        return row.outcome
    try:
        outcome = await carry_out(context, RepairName(row.repair), row.arguments)
    except MarketError as error:
        status = "open" if isinstance(error, TryLater) else "failed"
        await _note(row, status, error.message, actor)
        raise
    await _note(row, "repaired", outcome, actor)
    return outcome


async def carry_out(context: Context, name: RepairName, arguments: Arguments) -> str:
    """Do what a repair does; what came of it. Raises CannotRepair where a person must look."""
    repair = REPAIRS.get(name)
    if repair is None:
        raise CannotRepair
    return await repair.apply(context, arguments)


async def _note(
    row: Difference,
    status: str,
    outcome: str,
    actor: str,
) -> None:
    outcome = outcome[:OUTCOME]
    async with unit.transaction() as tx:
        locked = await tx.lock(Difference, id=row.id)
        if locked.status != "repaired":
            await tx.move(
                locked,
                to=status,
                outcome=outcome,
                repaired_at=clock.now() if status == "repaired" else None,
                repaired_by=actor,
            )
        tx.record(
            f"difference.{status}",
            actor=actor,
            subject=f"difference:{row.id}",
            vendor_id=row.vendor_id,
            kind=row.kind,
            about=row.subject,
            repair=row.repair,
            outcome=outcome,
        )


async def apply_all(
    context: Context,
    run_id: int,
    *,
    actor: str,
) -> tuple[int, int]:
    """Repair every difference of a run that can be, in order: (repaired, left).

    What cannot be stays with its reason.
    """
    done = left = 0
    rows = Difference.filter(run_id=run_id).exclude(status="repaired")
    for row in await rows.order_by("number"):
        if not row.repair:
            left += 1
            continue
        try:
            await apply(context, row.id, actor=actor)
            done += 1
        except MarketError:
            left += 1
    return done, left


def would(repair: str, arguments: Arguments) -> str:
    """Say what a repair would do; nothing is done."""
    if not repair:
        return "Nothing: a person must look at this in Stripe."
    return REPAIRS[RepairName(repair)].would.format_map(_KnownArguments(arguments))


class _KnownArguments(dict[str, Any]):
    """What a sentence may name; what is not known is left out."""

    def __missing__(self, key: str) -> str:
        return "it"
