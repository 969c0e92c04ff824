"""What we ask Stripe about claims: to take a part of a transfer back, and to send money to a
vendor.
"""

from __future__ import annotations

from typing import ClassVar

from shared.core.frozen import frozen
from shared.finance.payments.models import Payment
from shared.finance.recovery import funding, movements, receivables
from shared.finance.recovery.events import ClaimUnsettled, ContributionArrived
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, contribution_to
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.transfers import NewTransfer
from shared.infra.stripe_writes.operations import Operation
from shared.infra.unit import Transaction


@frozen
class _Moved(Operation[str, None]):
    """A movement of a claim; `amount` in minor units. Stripe's answer is the id of what it made."""

    movement_id: int
    claim_id: int
    claim: str
    order_id: int
    source_id: str
    amount: int
    mark: str

    @property
    def key(self) -> str:
        return self.mark

    @property
    def subject(self) -> str:
        return f"movement:{self.movement_id}"

    @property
    def metadata(self) -> dict[str, str]:
        """What Stripe keeps with it: the mark stays when an attempt gets another key."""
        return {
            "claim": self.claim,
            "order_id": str(self.order_id),
            funding.MARK: self.mark,
        }

    async def answered(
        self,
        tx: Transaction,
        answer: str,
        more: None,
    ) -> Claim | None:
        claim = await movements.done(tx, self.movement_id, answer)
        if claim is None:
            return None
        if claim.subject == contribution_to(claim.payment_id):
            tx.emit(ContributionArrived(claim.vendor_id))
        await receivables.follow_locked(tx, claim)
        # Not at rest: whoever settles it may have given up.
        if claim.paid != claim.amount or claim.receivable:
            tx.emit(ClaimUnsettled(self.claim, once=True))
        return claim

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """What is left of the claim is planned anew, as another movement."""
        await movements.refused(
            tx,
            self.movement_id,
            refusal.stripe_code or refusal.log or "refused",
        )


@frozen
class ReverseTransfer(_Moved):
    """A part of a transfer taken back from the vendor."""

    name: ClassVar[str] = "transfers.reverse"

    async def send(self, gateway: Gateway, key: str) -> str:
        made = await gateway.transfers.reverse(
            self.source_id,
            amount=self.amount,
            metadata=self.metadata,
            key=key,
        )
        return made.id

    async def find(self, gateway: Gateway) -> str | None:
        back = await gateway.transfers.list_reversals(self.source_id)
        return next(
            (one.id for one in back if one.metadata.get(funding.MARK) == self.mark),
            None,
        )


@frozen
class SendTransfer(_Moved):
    """Money sent to the vendor out of the charge that it came by; without one, out of the
    platform's own.
    """

    name: ClassVar[str] = "transfers.create"

    account_id: str
    currency: str
    group: str = ""  # empty: the order's

    @property
    def transfer_group(self) -> str:
        """What it has in common with its charge, which Stripe asks for."""
        return self.group or f"order_{self.order_id}"

    async def send(self, gateway: Gateway, key: str) -> str:
        new = NewTransfer(
            amount=self.amount,
            currency=self.currency,
            destination=self.account_id,
            source_transaction=self.source_id or None,
            transfer_group=self.transfer_group,
            metadata=self.metadata,
        )
        return (await gateway.transfers.create(new, key=key)).id

    async def find(self, gateway: Gateway) -> str | None:
        sent = await gateway.transfers.list(transfer_group=self.transfer_group)
        return next(
            (one.id for one in sent if one.metadata.get(funding.MARK) == self.mark),
            None,
        )


def write_of(
    claim: Claim, movement: Movement, payment: Payment
) -> ReverseTransfer | SendTransfer:
    """Say what Stripe is asked for a movement that is written down."""
    about = {
        "movement_id": movement.id,
        "claim_id": claim.id,
        "claim": claim.subject,
        "order_id": claim.order_id,
        "source_id": movement.stripe_source_id,
        "amount": movement.amount,
        "mark": movement.idempotency_key,
    }
    if movement.kind == MovementKind.REVERSAL:
        return ReverseTransfer(**about)
    return SendTransfer(
        **about,
        account_id=payment.stripe_account_id,
        currency=claim.currency,
        group=payment.transfer_group,
    )
