"""What somebody moved between the platform and a vendor past us, in Stripe's dashboard: noted with
the claim that waits for it.

A reversal of a transfer takes money from the vendor of an order. Where a claim of that order still
has as much to take, it is that claim's movement. Where nothing is owed, it is not ours to judge:
reconciliation shows it to a person (corrections.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from shared.core.frozen import frozen
from shared.finance.payments.models import Payment
from shared.finance.recovery import funding, movements, receivables
from shared.finance.recovery.events import ClaimUnsettled
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState, signed
from shared.infra import unit
from shared.infra.database.columns import numbers_in, texts_in
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.transfers import TransferReversal
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order

# Finds or makes the claim that a movement is noted with.
Choice: TypeAlias = Callable[[Transaction], Awaitable[Claim | None]]

BY = "stripe"  # the actor of what was done in the dashboard


@frozen
class DashboardTransfer:
    """A movement at Stripe that is none of ours: minor units of the payment's currency."""

    kind: MovementKind
    amount: int
    source_id: str
    stripe_id: str

    @property
    def taken(self) -> int:
        """What it took from the vendor."""
        return signed(self.kind, self.amount)


@frozen
class DashboardTransfersFound:
    """What a look at a transfer came to: reversals that were noted now, and those that a person
    must decide about.
    """

    noted: int
    undecided: int


@frozen
class ReversalsReading:
    """What was taken back by hand of a transfer, and is noted with no claim yet."""

    payment: Payment
    taken: tuple[DashboardTransfer, ...]

    async def note(self, tx: Transaction) -> DashboardTransfersFound:
        """Note it, as far as claims wait for it."""
        noted = [
            await _once(tx, self.payment, moved, _to_whom_waits(self.payment, moved))
            for moved in self.taken
        ]
        undecided = noted.count(None)
        return DashboardTransfersFound(len(noted) - undecided, undecided)


async def sync_transfer(
    gateway: Gateway, transfer_id: str
) -> DashboardTransfersFound | None:
    """Note what was taken back by hand of a transfer as far as claims wait for it; None when it is
    not of our payments.
    """
    reading = await read_transfer(gateway, transfer_id)
    if reading is None:
        return None
    if not reading.taken:
        return DashboardTransfersFound(0, 0)
    async with unit.transaction() as tx:
        return await reading.note(tx)


async def read_transfer(gateway: Gateway, transfer_id: str) -> ReversalsReading | None:
    """Read what was taken back by hand of a transfer; None when it is not of our payments.

    Reversals of ours and those of refunds are left to those who asked for them.
    """
    payment = await _payment_of(gateway, transfer_id)
    if payment is None:
        return None
    back = await _by_hand(gateway, transfer_id)
    ids = [reversal.id for reversal in back]
    noted_already = Movement.filter(stripe_id__in=ids)
    known = set(await texts_in(noted_already, "stripe_id")) if ids else set()
    taken = (
        DashboardTransfer(MovementKind.REVERSAL, one.amount, transfer_id, one.id)
        for one in back
        if one.id not in known
    )
    return ReversalsReading(payment, tuple(taken))


async def _by_hand(gateway: Gateway, transfer_id: str) -> list[TransferReversal]:
    reversals = await gateway.transfers.list_reversals(transfer_id)
    return [reversal for reversal in reversals if _is_by_hand(reversal)]


def _is_by_hand(reversal: TransferReversal) -> bool:
    return reversal.source_refund is None and funding.MARK not in reversal.metadata


async def is_under_way(gateway: Gateway, moved: DashboardTransfer) -> bool:
    """Whether it is ours after all, and its answer has not come yet: then settling its claim notes
    it.
    """
    if moved.kind is not MovementKind.REVERSAL:
        return False
    found = await gateway.transfers.list_reversals(moved.source_id)
    keys = {reversal.id: reversal.metadata.get(funding.MARK) for reversal in found}
    key = keys.get(moved.stripe_id)
    if key is None:
        return False
    under_way = Movement.filter(status=MovementState.OPENING)
    return await under_way.filter(idempotency_key=key).exists()


async def _payment_of(gateway: Gateway, transfer_id: str) -> Payment | None:
    """Whose money went by a transfer: the sale's own, or one that went out of the same charge
    again.
    """
    payment = await Payment.get_or_none(stripe_transfer_id=transfer_id)
    if payment is not None:
        return payment
    sent = Movement.filter(stripe_id=transfer_id, kind=MovementKind.TRANSFER)
    again = await sent.select_related("claim__payment").first()
    if again is not None:
        return again.claim.payment
    try:
        transfer = await gateway.transfers.get(transfer_id)
    except StripeMissing:
        return None
    if transfer.source_transaction is None:
        return None
    of_charge = Payment.filter(stripe_charge_id=transfer.source_transaction)
    # A charge may have paid several orders, each at another vendor.
    mine = of_charge.filter(stripe_account_id=transfer.destination)
    return await mine.first() or await of_charge.filter(intent_key=None).first()


async def note(payment: Payment, moved: DashboardTransfer) -> Claim | None:
    """Make it a movement of the claim that waits for it, once; None when no claim of the order
    does.
    """
    return await once(payment, moved, _to_whom_waits(payment, moved))


def _to_whom_waits(payment: Payment, moved: DashboardTransfer) -> Choice:
    return lambda tx: _waiting(tx, payment, moved.taken)


async def note_commission(
    gateway: Gateway,
    payment: Payment,
    moved: DashboardTransfer,
) -> Claim | None:
    """Commission that went to the vendor along with a reversal by hand is a movement of the claim
    that has the reversal.

    It has taken as much less then, which is due again. None when no reversal by hand is noted with
    a claim of this payment.
    """
    if payment.stripe_transfer_id is None:
        return None
    reversals = await _by_hand(gateway, payment.stripe_transfer_id)
    back = [reversal.id for reversal in reversals]

    def choose(tx: Transaction) -> Awaitable[Claim | None]:
        return _with_reversal(tx, payment, back, moved.amount)

    return await once(payment, moved, choose)


async def once(
    payment: Payment,
    moved: DashboardTransfer,
    choose: Choice,
    *,
    action: str = "claim.by_hand",
    actor: str = BY,
) -> Claim | None:
    """Note a movement with the claim that `choose` finds or makes while the order is locked; the
    one that has it if one does.
    """
    async with unit.transaction() as tx:
        return await _once(tx, payment, moved, choose, action=action, actor=actor)


async def _once(
    tx: Transaction,
    payment: Payment,
    moved: DashboardTransfer,
    choose: Choice,
    *,
    action: str = "claim.by_hand",
    actor: str = BY,
) -> Claim | None:
    order = await tx.lock(Order, id=payment.order_id)
    noted = Movement.get_or_none(stripe_id=moved.stripe_id)
    known = await noted.select_related("claim")
    if known is not None:
        return known.claim
    claim = await choose(tx)
    if claim is not None:
        await _record(tx, claim, moved, order.number)
        movements.record_act(
            tx,
            claim,
            action,
            actor,
            amount=moved.taken,
            stripe_id=moved.stripe_id,
        )
    return claim


async def note_movement(
    tx: Transaction, claim: Claim, moved: DashboardTransfer, order_number: str
) -> bool:
    """Write a movement down and post it; False when it is noted already."""
    made = movements.MadeMovement(
        moved.kind,
        moved.amount,
        moved.source_id,
        moved.stripe_id,
    )
    return await movements.record(tx, claim, made, order_number=order_number)


async def _record(
    tx: Transaction, claim: Claim, moved: DashboardTransfer, order_number: str
) -> None:
    await note_movement(tx, claim, moved, order_number)
    await receivables.follow(tx, claim.id)
    tx.emit(ClaimUnsettled(claim.subject))


async def _with_reversal(
    tx: Transaction,
    payment: Payment,
    back: Sequence[str],
    amount: int,
) -> Claim | None:
    """The first claim that has one of these reversals, and has taken as much."""
    mine = Movement.filter(claim__payment_id=payment.id)
    these = mine.filter(stripe_id__in=list(back))
    for claim_id in sorted(set(await numbers_in(these, "claim_id"))):
        claim = await tx.lock_first(Claim.filter(id=claim_id))
        if claim is not None and claim.paid >= amount:
            return claim
    return None


async def _waiting(
    tx: Transaction,
    payment: Payment,
    taken: int,
) -> Claim | None:
    """The claim with as much to take (or, below zero, to give back): the one that it settles
    exactly, else the oldest.
    """
    found = []
    claims = Claim.filter(payment_id=payment.id).order_by("id")
    for claim_id in await numbers_in(claims, "id"):
        claim = await tx.lock(Claim, id=claim_id)
        mine = Movement.filter(claim_id=claim.id)
        due = claim.amount - claim.paid
        for row in await mine.filter(status=MovementState.OPENING):
            due -= signed(MovementKind(row.kind), row.amount)
        if (0 < taken <= due) or (due <= taken < 0):
            found.append((due != taken, claim.id, claim))
    return min(found)[2] if found else None
