"""What we ask Stripe about saved methods: a customer for a shopper, a setup, and to let a method
go.
"""

from __future__ import annotations

from typing import ClassVar

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.payment_methods.models import (
    PaymentMethodDetachment,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.finance.payment_methods.rules import OPEN_SETUPS, SetupState
from shared.infra.gateway.customers import NewCustomer
from shared.infra.gateway.errors import StripeMissing, StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.setup_intents import SetupIntent
from shared.infra.stripe_writes.operations import Operation
from shared.infra.unit import Transaction

_ENDED = {"succeeded": SetupState.SUCCEEDED, "canceled": SetupState.CANCELED}


@frozen
class CreateCustomer(Operation[str, None]):
    """A shopper's customer on the platform's account. Stripe's answer is its id."""

    name: ClassVar[str] = "customers.create"

    row_id: int
    shopper_id: int
    email: str
    full_name: str
    mark: str
    number: int

    @property
    def key(self) -> str:
        return f"{self.mark}:{self.number}"

    @property
    def subject(self) -> str:
        return f"stripe_customer:{self.row_id}"

    async def send(self, gateway: Gateway, key: str) -> str:
        metadata = {"shopper_id": str(self.shopper_id), "key": self.mark}
        return (
            await gateway.customers.create(
                NewCustomer(self.email, self.full_name, metadata), key=key
            )
        ).id

    async def find(self, gateway: Gateway) -> str | None:
        found = await gateway.customers.list(self.email)
        return next(
            (one.id for one in found if one.metadata.get("key") == self.mark),
            None,
        )

    async def answered(
        self,
        tx: Transaction,
        answer: str,
        more: None,
    ) -> None:
        row = await tx.lock(StripeCustomer, id=self.row_id)
        # It holds nothing yet: any reading that begins later is newer than this.
        stored = await tx.change(
            row,
            where={"stripe_customer_id": None},
            stripe_customer_id=answer,
            read_at=row.created_at,
        )
        if stored:
            subject = f"customer:{self.shopper_id}"
            tx.record(
                "stripe_customer.created",
                actor="system",
                subject=subject,
                stripe_customer_id=answer,
            )

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """Nothing was made; whoever asks next writes another one down."""


@frozen
class DetachMethod(Operation[str, None]):
    """A method that leaves its customer. Stripe's answer is the method's id."""

    name: ClassVar[str] = "payment_methods.detach"
    looks_after_refusal: ClassVar[bool] = True

    row_id: int
    method_id: str
    mark: str
    number: int

    @property
    def key(self) -> str:
        return f"{self.mark}:{self.number}"

    @property
    def subject(self) -> str:
        return f"detachment:{self.row_id}"

    async def send(self, gateway: Gateway, key: str) -> str:
        return (await gateway.payment_methods.detach(self.method_id, key=key)).id

    async def find(self, gateway: Gateway) -> str | None:
        try:
            held = await gateway.payment_methods.get(self.method_id)
        except StripeMissing:  # Stripe never heard of it, or no longer does
            return self.method_id
        return None if held.customer is not None else self.method_id

    async def answered(
        self,
        tx: Transaction,
        answer: str,
        more: None,
    ) -> None:
        row = await PaymentMethodDetachment.get(id=self.row_id)
        await tx.change(
            row,
            where={"done_at": None},
            done_at=clock.now(),
        )

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """Stripe holds it still: the hourly sweep writes another one down."""


@frozen
class CreateSetup(Operation[SetupIntent, None]):
    """The setup by which a shopper adds a card without buying anything."""

    name: ClassVar[str] = "setup_intents.create"

    row_id: int
    shopper_id: int
    customer: str
    mark: str

    @classmethod
    def of(cls, row: PaymentMethodSetup) -> CreateSetup:
        """Make it of a setup that is written down."""
        return cls(row.id, row.customer_id, row.stripe_customer_id, row.idempotency_key)

    @property
    def key(self) -> str:
        return self.mark

    @property
    def subject(self) -> str:
        return f"payment_method_setup:{self.row_id}"

    async def send(self, gateway: Gateway, key: str) -> SetupIntent:
        metadata = {"shopper_id": str(self.shopper_id), "key": self.mark}
        return await gateway.setup_intents.create(self.customer, metadata, key=key)

    async def find(self, gateway: Gateway) -> SetupIntent | None:
        try:
            made = await gateway.setup_intents.list(self.customer)
        except StripeMissing:  # the customer was deleted
            return None
        return next(
            (one for one in made if one.metadata.get("key") == self.mark),
            None,
        )

    async def answered(
        self,
        tx: Transaction,
        answer: SetupIntent,
        more: None,
    ) -> None:
        await store_setup(tx, self.row_id, answer)

    async def refused(self, tx: Transaction, refusal: StripeRefused) -> None:
        """Nothing was made; whoever asks next writes another one down."""
        row = await tx.lock(PaymentMethodSetup, id=self.row_id)
        if row.status in OPEN_SETUPS:
            await tx.move(row, to=SetupState.CANCELED)


async def store_setup(tx: Transaction, setup_id: int, found: SetupIntent) -> SetupState:
    """Let a setup of ours be where Stripe's is; its state afterwards."""
    state = _ENDED.get(found.status, SetupState.OPEN)
    row = await tx.lock(PaymentMethodSetup, id=setup_id)
    if row.status not in OPEN_SETUPS:
        return SetupState(row.status)
    saved = found.payment_method if state is SetupState.SUCCEEDED else None
    await tx.move(
        row,
        to=state,
        stripe_setup_intent_id=found.id,
        stripe_payment_method_id=saved,
    )
    return state
