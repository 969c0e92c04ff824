"""What we ask Stripe about payments: to make a PaymentIntent, and to cancel one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Literal

from shared.core.frozen import frozen
from shared.finance.payments import sync
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES, PaymentState
from shared.finance.payments.statements import lock_write
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_intents import NewPaymentIntent, PaymentIntent
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.operations import Operation
from shared.infra.stripe_writes.rules import CLOCKS_DIFFER, WriteState
from shared.infra.unit import Transaction


@frozen
class _OfPayment(Operation[PaymentIntent, None]):
    """A write about one payment: payment and order follow. `mark` is the payment's own key."""

    payment_id: int
    mark: str

    @property
    def subject(self) -> str:
        return f"payment:{self.payment_id}"

    async def lock(
        self,
        tx: Transaction,
        write_id: int,
    ) -> StripeWrite:
        return await lock_write(tx, write_id, self.payment_id)

    async def answered(
        self,
        tx: Transaction,
        answer: PaymentIntent,
        more: None,
    ) -> PaymentState:
        return await sync.sync_payment(tx, self.payment_id, answer)


@frozen
class CreatePaymentIntent(_OfPayment):
    """The intent of a payment; `amount` and `fee` in minor units.

    Shared by several orders it goes to nobody: the first order's number names it.
    """

    name: ClassVar[str] = "payment_intents.create"

    order_id: int
    order_number: str
    vendor_id: int
    amount: int
    currency: str
    destination: str | None
    fee: int
    customer: str | None
    statement_suffix: str
    transfer_group: str = ""  # empty: the order's
    others: int = 0  # orders that it pays besides

    @classmethod
    def of(cls, payment: Payment) -> CreatePaymentIntent:
        """Make it of a payment that is written down."""
        return cls(
            payment_id=payment.id,
            mark=payment.idempotency_key,
            order_id=payment.order_id,
            order_number=payment.stripe_metadata["order_number"],
            vendor_id=payment.vendor_id,
            amount=payment.amount_total,
            currency=payment.currency,
            destination=payment.stripe_account_id,
            fee=payment.amount_platform_fee,
            customer=payment.stripe_customer_id,
            statement_suffix=payment.statement_suffix,
        )

    @classmethod
    def shared(cls, slices: Sequence[Payment]) -> CreatePaymentIntent:
        """Make it of what several orders have of it, the one that leads first."""
        return replace(
            cls.of(slices[0]),
            amount=sum(each.amount_total for each in slices),
            destination=None,
            fee=0,
            transfer_group=slices[0].transfer_group,
            others=len(slices) - 1,
        )

    @property
    def key(self) -> str:
        return self.mark

    @property
    def metadata(self) -> dict[str, str]:
        """What Stripe keeps with it.

        By the order's number, which never comes again, it is found.
        """
        return {
            "order_id": str(self.order_id),
            "order_number": self.order_number,
            "vendor_id": str(self.vendor_id),
            "payment_id": str(self.payment_id),
        }

    @property
    def description(self) -> str:
        """What Stripe's dashboard shows of it."""
        more = f" and {self.others} more" if self.others else ""
        return f"Order {self.order_number}{more}"

    async def send(
        self,
        gateway: Gateway,
        key: str,
    ) -> PaymentIntent:
        new = NewPaymentIntent(
            amount=self.amount,
            currency=self.currency,
            destination=self.destination,
            fee=self.fee,
            description=self.description,
            metadata=self.metadata,
            transfer_group=self.transfer_group or f"order_{self.order_id}",
            customer=self.customer,
            statement_suffix=self.statement_suffix or None,
        )
        return await gateway.payment_intents.create(new, key=key)

    async def find(self, gateway: Gateway) -> PaymentIntent | None:
        row = await Payment.get(id=self.payment_id)
        made = await gateway.payment_intents.list(since=row.created_at - CLOCKS_DIFFER)
        mine = self.metadata.items()
        return next(
            (one for one in made if mine <= one.metadata.items()),
            None,
        )

    async def refused(
        self,
        tx: Transaction,
        refusal: StripeRefused,
    ) -> None:
        """Nothing was made; whoever asks next writes the next payment down."""
        reason = f"refused: {refusal.stripe_code or refusal.status}"
        await sync.close_unopened(tx, self.payment_id, reason=reason)


@frozen
class CancelPaymentIntent(_OfPayment):
    """An intent that nobody is to pay any more."""

    name: ClassVar[str] = "payment_intents.cancel"
    looks_after_refusal: ClassVar[bool] = True

    intent_id: str
    number: int

    @property
    def key(self) -> str:
        return f"{self.mark}:cancel:{self.number}"

    async def plan(
        self,
        tx: Transaction,
        facts: None,
    ) -> CancelPaymentIntent | Literal[WriteState.SUPERSEDED] | None:
        """There is nothing to cancel once the payment is decided."""
        row = await tx.lock(Payment, id=self.payment_id)
        return self if row.status in OPEN_STATES else WriteState.SUPERSEDED

    async def send(
        self,
        gateway: Gateway,
        key: str,
    ) -> PaymentIntent:
        return await gateway.payment_intents.cancel(self.intent_id, key=key)

    async def find(self, gateway: Gateway) -> PaymentIntent | None:
        found = await gateway.payment_intents.get(self.intent_id)
        return found if found.status == PaymentState.CANCELED else None

    async def refused(
        self,
        tx: Transaction,
        refusal: StripeRefused,
    ) -> None:
        """It is too late to cancel it: what it is, whoever asked reads at Stripe."""
