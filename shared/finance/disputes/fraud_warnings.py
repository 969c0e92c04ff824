"""Early fraud warnings: a card's issuer reports fraud, and the vendor hears of it while there is
still time to refund.
"""

from __future__ import annotations

from tortoise.expressions import Subquery

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.service import payment_of
from shared.finance.payments.models import Payment
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.mail import service as mail
from shared.infra.references import service as references
from shared.infra.references.models import StripeReference
from shared.infra.unit import Act, Transaction
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus

_SUBJECT = "fraud_warning"


@frozen
class WarningReading:
    """A warning about a payment of ours; `actionable`: while something can be done about it."""

    stripe_id: str
    payment: Payment
    actionable: bool

    async def tell(self, tx: Transaction) -> str:
        """Tell the vendor once, of a shared payment each of them; what was decided."""
        if not self.actionable:
            return "nothing to be done about it any more"
        orders = await _lock_orders(tx, self.payment)
        if await references.find(self.stripe_id) is not None:
            return "known"
        for order in orders:
            name = self.stripe_id
            if order is not orders[0]:  # Stripe has one warning, each order its own
                name = f"{name}:{order.number}"
            await self._tell(tx, order, name)
        return "vendor warned"

    async def _tell(
        self,
        tx: Transaction,
        order: Order,
        name: str,
    ) -> None:
        references.remember(
            tx,
            name,
            subject=f"{_SUBJECT}:{order.id}",
            order_id=order.id,
            vendor_id=order.vendor_id,
        )
        act = Act("order.fraud_warning", "stripe", {"stripe_id": self.stripe_id})
        tx.note(act, order)
        vendor = await order.vendor
        amount = Money(order.total_amount_cents, order.currency)
        mail.post(
            tx,
            "fraud_warning",
            to=vendor.business_email,
            unique_key=f"fraud_warning:{name}",
            order_id=order.id,
            context={
                "vendor_name": vendor.name,
                "number": order.number,
                "amount": amount,
            },
        )


async def _lock_orders(tx: Transaction, payment: Payment) -> list[Order]:
    """Lock what was paid: the order, or those that share the payment."""
    if not payment.is_slice:
        return [await tx.lock(Order, id=payment.order_id)]
    all_of_it = Payment.filter(intent_key=payment.intent_key)
    paid = Subquery(all_of_it.values("order_id"))
    return await tx.lock_all(Order.filter(id__in=paid))


async def read(
    gateway: Gateway,
    warning_id: str,
) -> WarningReading | None:
    """Read a warning from Stripe; None when it is about nothing of ours."""
    seen = await gateway.early_fraud_warnings.get(warning_id)
    payment = await payment_of(seen.payment_intent, seen.charge)
    if payment is None:
        return None
    return WarningReading(seen.id, payment, seen.actionable)


async def note(
    gateway: Gateway,
    warning_id: str,
) -> str | None:
    """Read the warning and tell the vendor once; None when it is about nothing of ours, else what
    was decided.
    """
    reading = await read(gateway, warning_id)
    if reading is None:
        return None
    async with unit.transaction() as tx:
        return await reading.tell(tx)


async def is_warned(order_id: int) -> bool:
    """Whether an order stands under a warning that something can still be done about: paid, and not
    disputed.
    """
    if not await StripeReference.exists(
        subject=f"{_SUBJECT}:{order_id}", order_id=order_id
    ):
        return False
    is_paid = await Order.exists(id=order_id, payment_status=PaymentStatus.PAID)
    return is_paid and not await Dispute.exists(order_id=order_id)
