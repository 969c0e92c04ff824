"""What an order says went back or was taken by banks is what its refunds and disputes come to."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.disputes.dispute_postings import withheld_of
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
    money,
)
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import OrderRecord
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import COUNTING, RefundState
from shared.infra import unit
from shared.infra.jobs import Context
from shared.trade.orders import payment_effects
from shared.trade.orders.models import Order


async def recount_refunded(_context: Context, given: Arguments) -> str:
    """Let the sums of an order be what its refunds and disputes come to."""
    async with unit.transaction() as tx:
        order = await tx.lock(
            Order,
            missing=CannotRepair,
            id=int(given["order_id"]),
        )
        refunds = await Refund.filter(order_id=order.id)
        total = sum(refund.amount for refund in refunds if refund.status in COUNTING)
        held = await withheld_of(order)
        if total > order.total_amount_cents:
            raise CannotRepair(
                "The refunds come to more than the order. A person must look at each."
            )
        arrived = [
            each.amount for each in refunds if each.status == RefundState.SUCCEEDED
        ]
        await tx.change(order, refunded_amount=total, returned_amount=sum(arrived))
        await payment_effects.follow_disputes(
            tx,
            order,
            disputed=held.disputed,
            lost=held.lost,
        )
    return "Counted again."


class OrderSumCheck(Check[OrderRecord]):
    """The sums that are kept with an order."""

    kinds = (DifferenceKind.REFUNDED_MISCOUNTED,)
    repairs = {
        RepairName.RECOUNT_REFUNDED: Repair(
            (
                "Set what the order says was refunded or taken by a bank to what its refunds and "
                "disputes come to."
            ),
            recount_refunded,
        )
    }

    def subjects(self, comparison: Comparison) -> Sequence[OrderRecord]:
        """Name the orders of which something was refunded or taken by a bank."""
        return comparison.both.orders

    def find(
        self, subject: OrderRecord, comparison: Comparison
    ) -> FoundDifference | None:
        """Say the first sum that is wrong."""
        for name, (said, counted) in subject.sums.items():
            if said != counted:
                return FoundDifference(
                    DifferenceKind.REFUNDED_MISCOUNTED,
                    f"order:{subject.id}",
                    f"Order {subject.number} says another sum {name} than its rows do.",
                    money(said, subject.currency),
                    money(counted, subject.currency),
                    RepairName.RECOUNT_REFUNDED,
                    None,
                    subject.vendor_id,
                    {"order_id": subject.id},
                )
        return None
