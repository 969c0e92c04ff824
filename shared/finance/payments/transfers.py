"""What each vendor gets of an intent that several orders share: exactly one transfer, out of the
charge, asked for once the money is there.

The write is stored with the success itself. Where a vendor can be sent nothing (its account is
restricted, or it took our access away), Stripe refuses: what it gets is owed to it in the ledger
meanwhile, and asked for again under a key of its own when its account can have it.
"""

from __future__ import annotations

import logging
from typing import ClassVar

from shared.core.frozen import frozen
from shared.finance.payments.events import TransferArrived
from shared.finance.payments.models import Payment
from shared.finance.payments.payment_postings import post_transferred
from shared.finance.payments.statements import Slice
from shared.infra import unit
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.transfers import NewTransfer, Transfer
from shared.infra.references import service as references
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.operations import Operation
from shared.infra.unit import Act, Transaction
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.payments")

MARK = "transfer"  # the metadata by which a transfer is known again: the key of its first attempt


@frozen
class TransferShare(Operation[Transfer, None]):
    """The vendor's part of a shared intent, sent to it; `amount` in minor units.

    `number` counts the writes of one payment: those before were refused.
    """

    name: ClassVar[str] = "payments.transfer"

    payment_id: int
    order_id: int
    order_number: str
    mark: str
    number: int
    amount: int
    currency: str
    account_id: str
    charge_id: str
    group: str

    @classmethod
    def of(
        cls,
        order: Order,
        payment: Payment,
        number: int,
    ) -> TransferShare:
        """Make it of a payment that succeeded."""
        return cls(
            payment_id=payment.id,
            order_id=order.id,
            order_number=order.number,
            mark=f"order:{order.number}:pay:{payment.attempt}:transfer",
            number=number,
            amount=payment.amount_vendor,
            currency=payment.currency,
            account_id=payment.stripe_account_id,
            charge_id=str(payment.stripe_charge_id),
            group=payment.transfer_group,
        )

    @property
    def key(self) -> str:
        return f"{self.mark}:{self.number}"

    @property
    def subject(self) -> str:
        return f"payment:{self.payment_id}"

    async def send(
        self,
        gateway: Gateway,
        key: str,
    ) -> Transfer:
        new = NewTransfer(
            amount=self.amount,
            currency=self.currency,
            destination=self.account_id,
            source_transaction=self.charge_id,
            transfer_group=self.group,
            metadata={
                "order_id": str(self.order_id),
                "order_number": self.order_number,
                MARK: self.mark,
            },
        )
        return await gateway.transfers.create(new, key=key)

    async def find(self, gateway: Gateway) -> Transfer | None:
        made = await gateway.transfers.list(transfer_group=self.group)
        mine = (each for each in made if each.metadata.get(MARK) == self.mark)
        return next(mine, None)

    async def answered(
        self,
        tx: Transaction,
        answer: Transfer,
        more: None,
    ) -> None:
        """The money lies with the vendor now."""
        await tx.lock(Order, id=self.order_id)
        payment = await tx.lock(Payment, id=self.payment_id)
        await _note(tx, payment, answer.id)

    async def refused(
        self,
        tx: Transaction,
        refusal: StripeRefused,
    ) -> None:
        """It waits: the vendor is owed it, and `send_waiting` asks again."""
        why = refusal.stripe_code or refusal.log or "refused"
        log.error("the transfer of order %s was refused: %s", self.order_number, why)
        payment = await tx.lock(Payment, id=self.payment_id)
        tx.note(Act("payment.transfer_refused", "stripe", {"reason": why}), payment)


async def _note(
    tx: Transaction,
    payment: Payment,
    transfer_id: str,
) -> bool:
    """Let a locked payment have its transfer; False when it has one."""
    act = Act("payment.transferred", "stripe", {"transfer": transfer_id})
    where = {"stripe_transfer_id": None}
    is_new = await tx.change(
        payment,
        where=where,
        act=act,
        stripe_transfer_id=transfer_id,
    )
    if not is_new:
        return False
    post_transferred(tx, payment, transfer_id)
    references.remember(
        tx,
        transfer_id,
        subject=payment.as_subject,
        order_id=payment.order_id,
        vendor_id=payment.vendor_id,
    )
    tx.emit(TransferArrived(payment.id, payment.vendor_id, is_slice=True))
    return True


async def note_lost(gateway: Gateway, transfer_id: str) -> Payment | None:
    """Note a transfer that we made and that our rows lost; whose it is, or None when it is none of
    ours. A repair.
    """
    transfer = await gateway.transfers.get(transfer_id)
    waiting = Payment.filter(
        stripe_charge_id=transfer.source_transaction or "-",
        stripe_account_id=transfer.destination,
        intent_key__not_isnull=True,
        stripe_transfer_id=None,
    )
    payment = await waiting.first()
    if payment is None or MARK not in transfer.metadata:
        return None
    async with unit.transaction() as tx:
        await tx.lock(Order, id=payment.order_id)
        locked = await tx.lock(Payment, id=payment.id)
        await _note(tx, locked, transfer_id)
    return payment


async def open_transfer(tx: Transaction, each: Slice) -> None:
    """Write down what a vendor gets of a success, in its transaction; a job asks for it at once."""
    asked = TransferShare.of(each.order, each.payment, 1)
    await writes.open_write(tx, asked, soon=True)
