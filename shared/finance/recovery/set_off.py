"""A vendor that took our access away can be sent nothing: what we owe it is set off against what it
owes us, in the ledger. So is a contribution that waits, against what its vendor bears of that sale.

Only what is left over waits, until it connects again. Nothing moves at Stripe: the money of both
lies with the platform.
"""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.queryset import QuerySet

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.recovery import receivables
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementState, contribution_to, set_off
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.infra.unit import Transaction


async def is_unreachable(vendor_id: int) -> bool:
    """Whether the vendor took our access to its account away."""
    return await VendorPaymentConfig.exists(
        vendor_id=vendor_id, deauthorized_at__not_isnull=True
    )


async def net(vendor_id: int, currency: str) -> int:
    """Set off what can be, the oldest debt first, if the vendor is out of reach; how much, in minor
    units.
    """
    if not await is_unreachable(vendor_id):
        return 0
    async with unit.transaction() as tx:
        claims = await _locked(tx, vendor_id, currency)
        we_owe = [
            (row.id, row.paid - row.amount) for row in claims if row.paid > row.amount
        ]
        owing = sorted(
            (row for row in claims if row.receivable),
            key=lambda row: (row.owed_since or row.updated_at, row.id),
        )
        parts = set_off(
            we_owe,
            [(row.id, row.receivable) for row in owing],
        )
        for row in claims:
            if row.id in parts:
                await _book(tx, row, parts[row.id])
    return sum(part for part in parts.values() if part > 0)


async def with_contribution(payment_id: int) -> bool:
    """Set off what a vendor bears of a sale against what it has not got of the marketplace's
    contribution to it; False where there is nothing to set off.

    So nothing is sent that would be taken back at once.
    """
    async with unit.transaction() as tx:
        rows = await tx.lock_all(Claim.filter(payment_id=payment_id))
        movements = Movement.filter(claim__payment_id=payment_id)
        claims = await _at_rest(rows, movements)
        ours = contribution_to(payment_id)
        we_owe = [
            (row.id, row.paid - row.amount)
            for row in claims
            if row.subject == ours and row.paid > row.amount
        ]
        bears = [
            (row.id, row.amount - row.paid - row.written_off)
            for row in claims
            if row.subject != ours and row.amount > row.paid + row.written_off
        ]
        parts = set_off(we_owe, bears)
        for row in claims:
            if row.id in parts:
                await _book(tx, row, parts[row.id])
    return bool(parts)


async def _locked(
    tx: Transaction,
    vendor_id: int,
    currency: str,
) -> list[Claim]:
    """The vendor's claims at rest, locked: none with a movement under way."""
    rows = await tx.lock_all(Claim.filter(vendor_id=vendor_id, currency=currency))
    return await _at_rest(rows, Movement.filter(claim__vendor_id=vendor_id))


async def _at_rest(
    claims: Sequence[Claim],
    movements: QuerySet[Movement],
) -> list[Claim]:
    """Those of locked claims that have no movement under way; `movements`: theirs."""
    open_ = movements.filter(status=MovementState.OPENING)
    under_way = set(await numbers_in(open_, "claim_id"))
    return [row for row in claims if row.id not in under_way]


async def _book(tx: Transaction, claim: Claim, part: int) -> None:
    await tx.change(claim, netted=claim.netted + part)
    await receivables.follow(tx, claim.id)
    tx.record_of_order(
        claim.order_id,
        "claim.set_off",
        actor="system",
        subject=claim.subject,
        vendor_id=claim.vendor_id,
        amount=part,
        currency=claim.currency,
    )
