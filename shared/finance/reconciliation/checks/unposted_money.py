"""The ledger has all the money of what we know: movements, reserves, refunds, disputes, payouts."""

from __future__ import annotations

from typing import Any

from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payouts import stripe_risk_reserves
from shared.finance.reconciliation.checks.check import Arguments, Comparison, Repair
from shared.finance.reconciliation.checks.money_check import MoneyCheck, MoneyOfKey
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import MovementRecord, ObjectRecord
from shared.finance.reconciliation.unexplained import RESERVE_TYPES
from shared.finance.recovery.models import Movement
from shared.finance.recovery.rules import MovementKind, MovementState, signed
from shared.infra import unit
from shared.infra.jobs import Context


async def post_movement(_context: Context, given: Arguments) -> str:
    """Post a movement that Stripe made and that the ledger lost."""
    async with unit.transaction() as tx:
        done = Movement.filter(
            id=int(given["movement_id"]),
            status=MovementState.DONE,
        )
        row = await done.select_related("claim").first()
        if row is None:
            raise CannotRepair
        claim, amount = (
            row.claim,
            signed(
                MovementKind(row.kind),
                row.amount,
            ),
        )
        fact = postings.TransferFact(
            row.id,
            claim.order_id,
            claim.vendor_id,
            claim.currency,
            amount,
            str(row.stripe_id),
        )
        await ledger.post(tx, postings.moved(fact))
    return "Posted."


async def post_reserve(_context: Context, given: Arguments) -> str:
    """Post what Stripe put in its own reserve, or let go, and the ledger does not have."""
    for stripe_id, vendor_id, amount, currency in given["transactions"]:
        fact = postings.StripeReserve(
            vendor_id,
            str(currency),
            int(amount),
            str(stripe_id),
        )
        await stripe_risk_reserves.post(fact)
    return "Posted."


class UnpostedMoneyCheck(MoneyCheck):
    """Money at Stripe of something of ours, which the ledger does not have, or not all of it.

    Refunds, disputes and payouts are followed again by the repairs of their own checks.
    """

    kinds = (DifferenceKind.MONEY_UNPOSTED,)
    repairs = {
        RepairName.POST_MOVEMENT: Repair(
            "Post movement {movement_id} to the ledger again, as it was noted when Stripe made it.",
            post_movement,
        ),
        RepairName.POST_RESERVE: Repair(
            (
                "Post to the ledger what Stripe put in its reserve or let go, so that it does not "
                "count as payable."
            ),
            post_reserve,
        ),
    }

    def find(
        self, subject: MoneyOfKey, comparison: Comparison
    ) -> FoundDifference | None:
        """Say whose money it is."""
        if not subject.transactions:
            return None
        movement = _movement(subject, comparison)
        if movement is not None:
            arguments = {"movement_id": movement.id}
            return _unposted(
                subject, f"movement:{movement.id}", RepairName.POST_MOVEMENT, arguments
            )
        reserved = [t for t in subject.transactions if t.type in RESERVE_TYPES]
        if reserved:
            rows = [
                [
                    t.id,
                    t.vendor_id,
                    -t.net,
                    t.currency,
                ]
                for t in reserved
            ]
            name = f"transaction:{subject.key}"
            return _unposted(
                subject, name, RepairName.POST_RESERVE, {"transactions": rows}
            )
        record = _object(subject, comparison)
        if record is None:
            return None
        return _unposted(
            subject,
            f"{record.what}:{record.id}",
            RepairName(f"follow_{record.what}"),
            {"stripe_id": record.stripe_id, "account": record.account},
        )


def _movement(subject: MoneyOfKey, comparison: Comparison) -> MovementRecord | None:
    movements = comparison.both.movements
    return next(
        (each for each in movements if each.stripe_id == subject.key),
        None,
    )


def _object(subject: MoneyOfKey, comparison: Comparison) -> ObjectRecord | None:
    sources = {subject.key} | {t.source for t in subject.transactions}
    objects = comparison.both.objects
    return next((each for each in objects if each.stripe_id in sources), None)


def _unposted(
    subject: MoneyOfKey,
    name: str,
    repair: RepairName,
    arguments: dict[str, Any],
) -> FoundDifference:
    whose = name.replace(":", " ")
    text = f"Money of {whose} moved at Stripe, and the ledger does not have it."
    return subject.difference(
        DifferenceKind.MONEY_UNPOSTED, name, text, repair, arguments
    )
