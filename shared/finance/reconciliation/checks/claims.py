"""What was taken from a vendor, what it owes and what was given up come to what it bears."""

from __future__ import annotations

from collections.abc import Iterator

from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
    money,
)
from shared.finance.reconciliation.claim_amounts import amounts_borne
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import ClaimRecord
from shared.finance.recovery import jobs as recovery_jobs
from shared.finance.recovery import service as recovery
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import (
    CONTRIBUTION,
    MovementKind,
    MovementState,
    signed,
)
from shared.infra import unit
from shared.infra.jobs import Context

Place = tuple[int, str]  # vendor and currency


async def settle_claim(context: Context, given: Arguments) -> str:
    """Finish what was begun for a claim."""
    claim = await recovery.settle(context.gateway, str(given["subject"]))
    if claim.paid + claim.receivable + claim.written_off != claim.amount:
        raise CannotRepair
    return "The claim is at rest."


async def recount_claim(_context: Context, given: Arguments) -> str:
    """Let a claim be what its refund or dispute says, and what its movements took.

    Then it is settled again.
    """
    async with unit.transaction() as tx:
        claim = await tx.lock(
            Claim,
            missing=CannotRepair,
            id=int(given["claim_id"]),
        )
        rows = await Movement.filter(claim_id=claim.id, status=MovementState.DONE)
        taken = sum(
            signed(
                MovementKind(row.kind),
                row.amount,
            )
            for row in rows
        )
        borne = await amounts_borne([claim.subject])
        amount = borne.get(claim.subject, claim.amount)
        await tx.change(claim, amount=amount, taken=taken)
        recovery_jobs.settle(tx, subject=claim.subject)
    return "Counted again."


class ClaimCheck(Check[ClaimRecord | Place]):
    """Claims at rest, and what was set off between the claims of a vendor."""

    kinds = (DifferenceKind.CLAIM_MISCOUNTED, DifferenceKind.CLAIM_UNSETTLED)
    repairs = {
        RepairName.SETTLE_CLAIM: Repair(
            (
                "Finish what was begun for {subject}: take what is missing from the vendor's "
                "balance, and owe the rest."
            ),
            settle_claim,
        ),
        RepairName.RECOUNT_CLAIM: Repair(
            (
                "Count again what the vendor bears of {subject} and what its finished movements "
                "took, and settle the rest."
            ),
            recount_claim,
        ),
    }

    def subjects(self, comparison: Comparison) -> Iterator[ClaimRecord | Place]:
        """Name vendors whose set-offs do not come to zero, then the other vendors' claims.

        Left out are claims with a movement under way, or with one that we lack: those have been
        told.
        """
        both = comparison.both
        uneven = {
            (each.vendor_id, each.currency) for each in both.earnings if each.set_off
        }
        yield from sorted(uneven)
        under_way = {
            each.claim_id for each in both.movements if each.state == "opening"
        }
        unknown = comparison.of([DifferenceKind.MOVEMENT_UNKNOWN])
        unsure = {each.arguments["payment_id"] for each in unknown}
        for claim in both.claims:
            is_told = claim.id in under_way or claim.payment_id in unsure
            if not is_told and (claim.vendor_id, claim.currency) not in uneven:
                yield claim

    def find(
        self, subject: ClaimRecord | Place, comparison: Comparison
    ) -> FoundDifference | None:
        """Say the first sum that is wrong."""
        if not isinstance(subject, ClaimRecord):
            return _uneven(*subject)
        return _miscounted(subject) or _unsettled(subject)


def _uneven(vendor_id: int, currency: str) -> FoundDifference:
    return FoundDifference(
        DifferenceKind.CLAIM_MISCOUNTED,
        f"vendor:{vendor_id}:{currency}",
        "What was set off between this vendor's claims does not come to zero.",
        vendor_id=vendor_id,
    )


def _miscounted(claim: ClaimRecord) -> FoundDifference | None:
    about = claim.subject.replace(":", " ")
    if claim.bears is not None and claim.amount != claim.bears:
        text = f"What is claimed from the vendor is not what it bears of {about}."
        our_side, stripe_side = claim.amount, claim.bears
    elif claim.taken != claim.moved:
        text = f"What was taken from the vendor for {about} is not what its movements come to."
        our_side, stripe_side = claim.taken, claim.moved
    else:
        return None
    return FoundDifference(
        DifferenceKind.CLAIM_MISCOUNTED,
        f"claim:{claim.id}",
        text,
        money(our_side, claim.currency),
        money(stripe_side, claim.currency),
        RepairName.RECOUNT_CLAIM,
        None,
        claim.vendor_id,
        {"claim_id": claim.id, "subject": claim.subject},
    )


def _unsettled(claim: ClaimRecord) -> FoundDifference | None:
    taken = claim.taken + claim.netted
    owed = claim.receivable + claim.written_off
    if taken + owed == claim.amount:
        return None
    is_contribution = claim.subject.startswith(CONTRIBUTION)
    if taken > claim.amount and (claim.cannot_be_sent or is_contribution):
        return None  # the operator's page about what vendors owe shows it
    if claim.waits:
        return None  # it is settled once the vendor's part has gone on to it
    about = claim.subject.replace(":", " ")
    return FoundDifference(
        DifferenceKind.CLAIM_UNSETTLED,
        f"claim:{claim.id}",
        f"What the vendor bears for {about} is neither taken nor owed.",
        f"taken {money(taken, claim.currency)}, owed {money(owed, claim.currency)}",
        money(claim.amount, claim.currency),
        RepairName.SETTLE_CLAIM,
        None,
        claim.vendor_id,
        {"subject": claim.subject},
    )
