"""What we ask Stripe about refunds: to make one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from shared.core.frozen import frozen
from shared.core.words import word
from shared.finance.payments.models import Payment
from shared.finance.recovery import funding
from shared.finance.refunds import refunded_amounts, sync
from shared.finance.refunds.errors import NotItsTurn
from shared.finance.refunds.methods import (
    PLATFORM_PAYS,
    AtStripe,
    Earlier,
    RefundMethod,
    choose_method,
)
from shared.finance.refunds.models import Refund
from shared.finance.refunds.refund_postings import subject_of
from shared.finance.refunds.rules import Burden, RefundState, Sum
from shared.finance.refunds.statements import lock_refund
from shared.finance.refunds.stripe_reads import (
    Along,
    earlier_refunds,
    sale_at_stripe,
    was_touched,
)
from shared.infra.gateway.errors import CardDeclined, StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.refunds import NewRefund, StripeRefund
from shared.infra.stripe_writes.operations import Operation
from shared.infra.unit import Transaction
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order

MARK = "markethall_refund"
ORDER = (
    "order_number"  # the metadata that says which order of a shared payment it is of
)


@frozen
class ChargeFacts:
    """What the choice of the way needs.

    `is_early`: the charge has no transfer yet, which follows a moment later.
    """

    sale: AtStripe
    is_early: bool


@frozen
class CreateRefund(Operation[StripeRefund, ChargeFacts]):
    """Money given back to a shopper; `amount` in minor units.

    How Stripe is asked (`reverse_transfer` and what follows) is chosen in `plan` by what Stripe
    holds then; None until it is. The same is sent under the same key.
    """

    name: ClassVar[str] = "refunds.create"
    looks_first: ClassVar[bool] = True

    refund_id: int
    payment_id: int
    order_id: int
    order_number: str
    payment_intent: str
    amount: int
    reason: str
    mark: str
    first_key: str
    reverse_transfer: bool | None = None
    refund_application_fee: bool = False
    is_early: bool = False

    @classmethod
    def of(cls, order: Order, payment: Payment, refund: Refund) -> CreateRefund:
        """Make it of a row that is written down; one of an older version may have its way."""
        return cls(
            refund_id=refund.id,
            payment_id=payment.id,
            order_id=order.id,
            order_number=order.number,
            payment_intent=str(payment.stripe_payment_intent_id),
            amount=refund.amount,
            reason=refund.reason,
            mark=f"{order.number}:{refund.number}",  # an order's number never comes again
            first_key=refund.idempotency_key,
            reverse_transfer=refund.reverse_transfer,
            refund_application_fee=refund.refund_application_fee,
        )

    @property
    def key(self) -> str:
        return self.first_key

    @property
    def subject(self) -> str:
        return subject_of(self.refund_id)

    async def prepare(self, gateway: Gateway) -> ChargeFacts | None:
        """Read what Stripe holds of the sale. Raises NotItsTurn, StripeUnavailable."""
        before = Refund.filter(
            payment_id=self.payment_id,
            id__lt=self.refund_id,
            status=RefundState.OPENING,
        )
        if await before.exists():
            raise NotItsTurn
        if self.reverse_transfer is not None:
            return None
        payment = await Payment.get(id=self.payment_id)
        if not payment.is_slice:
            payment = await funding.looked_at(gateway, payment.id)
        facts = await charge_facts(gateway, payment)
        touched = await was_touched(payment.id)
        return replace(facts, sale=replace(facts.sale, touched=touched))

    async def plan(
        self,
        tx: Transaction,
        facts: ChargeFacts | None,
    ) -> CreateRefund | None:
        """Choose the way, unless this key was used with one; whoever hears of the refund first
        reads it in the row.
        """
        row = await tx.lock(Refund, id=self.refund_id)
        if row.status != RefundState.OPENING:  # a webhook was faster
            return None
        planned = self
        if facts is not None and self.reverse_transfer is None:
            order = await Order.get(id=row.order_id)
            planned = self.by_facts(order, row, facts, await earlier_refunds(row))
        await tx.change(row, **planned.way)
        return planned

    def by_facts(
        self,
        order: Order,
        refund: Refund,
        facts: ChargeFacts,
        earlier: Sequence[Earlier],
    ) -> CreateRefund:
        """Choose how Stripe is asked."""
        sold = Sum(
            order.currency,
            order.total_amount_cents,
            order.platform_fee_amount,
            refunded=0,
            commission_back=0,
            discount=order.marketplace_discount,
        )
        way = choose_method(
            sold,
            refund.amount,
            Burden(refund.vendor_part, refund.commission_part, refund.discount_part),
            RefundPolicy(refund.policy),
            earlier=earlier,
            now=facts.sale,
        )
        return self._by(way, is_early=facts.is_early)

    @property
    def way(self) -> dict[str, Any]:
        """The columns of the refund that say how Stripe is asked."""
        return {
            "reverse_transfer": self.reverse_transfer,
            "refund_application_fee": self.refund_application_fee,
        }

    def _by(self, way: RefundMethod, *, is_early: bool) -> CreateRefund:
        return replace(
            self,
            reverse_transfer=way.reverse_transfer,
            refund_application_fee=way.refund_application_fee,
            is_early=is_early,
        )

    async def send(self, gateway: Gateway, key: str) -> StripeRefund:
        new = NewRefund(
            payment_intent=self.payment_intent,
            amount=self.amount,
            reverse_transfer=bool(self.reverse_transfer),
            refund_application_fee=self.refund_application_fee,
            reason=self.reason,
            metadata={
                MARK: self.mark,
                "order_id": str(self.order_id),
                ORDER: self.order_number,
            },
        )
        try:
            return await gateway.refunds.create(new, key=key)
        except CardDeclined as declined:
            raise StripeRefused(log=declined.log) from declined

    async def find(self, gateway: Gateway) -> StripeRefund | None:
        made = await gateway.refunds.list(payment_intent=self.payment_intent)
        marked = (each for each in made if each.metadata.get(MARK) == self.mark)
        return next(marked, None)

    def anew(self) -> CreateRefund:
        """Choose the way again: what Stripe holds may be another by then."""
        return replace(self, reverse_transfer=None, refund_application_fee=False)

    async def read(self, gateway: Gateway, answer: StripeRefund) -> Along:
        return await sync.read_along(gateway, self.refund_id, answer)

    async def answered(
        self,
        tx: Transaction,
        answer: StripeRefund,
        more: Along,
    ) -> RefundState:
        return await sync.apply_in(tx, self.refund_id, answer, more)

    async def refused(
        self, tx: Transaction, refusal: StripeRefused
    ) -> CreateRefund | None:
        """Ask in the other way where Stripe may mind only that; else nothing goes back."""
        if self.reverse_transfer and self._is_about_the_way(refusal):
            return self._by(PLATFORM_PAYS, is_early=self.is_early)
        why = word("refunds.refusals", _code_of(refusal))
        found = await lock_refund(tx, self.refund_id)
        await refunded_amounts.put_off(
            tx,
            found.order,
            found.refund,
            RefundState.OPENING,
            RefundState.REFUSED,
            why=why,
            by="stripe",
        )
        return None

    def _is_about_the_way(self, refusal: StripeRefused) -> bool:
        """Whether Stripe may mind only what was to come along: the balance shrank since we looked,
        or no transfer is made yet.

        What it minds besides that, it says again when it is asked in the other way.
        """
        return refusal.stripe_code == "balance_insufficient" or self.is_early


def _code_of(refusal: StripeRefused) -> str | None:
    """The code of a refusal; Stripe gives none to an amount that is more than what is left."""
    is_amount = refusal.stripe_code is None and refusal.stripe_param == "amount"
    return "amount_too_large" if is_amount else refusal.stripe_code


async def charge_facts(gateway: Gateway, payment: Payment) -> ChargeFacts:
    """Read what Stripe holds of a sale. Raises StripeUnavailable."""
    sale = await sale_at_stripe(gateway, payment)
    is_early = payment.stripe_transfer_id is None and not payment.is_slice
    return ChargeFacts(sale, is_early=is_early)
