"""The order of a payment that succeeded says that it is paid."""

from __future__ import annotations

from shared.finance.payments.models import Payment
from shared.finance.reconciliation.checks.check import Arguments, Comparison, Repair
from shared.finance.reconciliation.checks.payment_check import PaymentCheck, PaymentPair
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.infra import unit
from shared.infra.jobs import Context
from shared.trade.orders import payment_effects
from shared.trade.orders.models import Checkout, Order

_PAID = ("paid", "refunded")


async def mark_paid(_context: Context, given: Arguments) -> str:
    """Mark an order as paid whose payment succeeded."""
    payment = await Payment.get(id=int(given["payment_id"])).select_related("order")
    async with unit.transaction() as tx:
        checkout = await tx.lock(Checkout, id=payment.order.checkout_id)
        order = await tx.lock(Order, id=payment.order_id)
        if (
            not await payment_effects.mark_paid(tx, checkout, order)
            and order.payment_status not in _PAID
        ):
            raise CannotRepair
    return "The order is paid."


class PaidOrderCheck(PaymentCheck):
    """A payment against its order."""

    kinds = (DifferenceKind.ORDER_BEHIND,)
    repairs = {
        RepairName.MARK_PAID: Repair(
            "Mark the order as paid, take its stock and write its mails.", mark_paid
        )
    }

    def find(
        self, subject: PaymentPair, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that an order is not paid although its payment succeeded."""
        payment = subject.payment
        if payment is None or payment.state not in ("succeeded", "refunded"):
            return None
        if payment.order_state in _PAID:
            return None
        return FoundDifference(
            DifferenceKind.ORDER_BEHIND,
            f"order:{payment.order_id}",
            (
                f"The payment of order {payment.order_number} succeeded, but the order does not "
                "say that it is paid."
            ),
            payment.order_state,
            "paid",
            RepairName.MARK_PAID,
            payment.intent_id,
            payment.vendor_id,
            {"payment_id": payment.id},
        )
