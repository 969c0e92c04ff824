"""The ledger has the sale of every payment that took money, or that it was parked."""

from __future__ import annotations

from shared.finance.payments import sync
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Comparison,
    Repair,
    money,
)
from shared.finance.reconciliation.checks.payment_check import (
    TAKEN,
    PaymentCheck,
    PaymentPair,
)
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import PaymentRecord
from shared.infra.jobs import Context


async def post_sale(context: Context, given: Arguments) -> str:
    """Post the sale of a payment that the ledger does not have."""
    intent = await context.gateway.payment_intents.get(str(given["intent_id"]))
    posted = await sync.post_missing(int(given["payment_id"]), intent)
    return "Posted." if posted else "It was posted meanwhile."


def _is_posted(
    payment: PaymentRecord,
    comparison: Comparison,
    kind: str,
) -> bool:
    posted = comparison.both.posted
    is_sent = payment.intent_key is not None and payment.transfer_id is not None
    if is_sent and f"transferred:{payment.id}" not in posted:
        return False
    return f"{kind}:{payment.id}" in posted


class SaleCheck(PaymentCheck):
    """A payment against the ledger."""

    kinds = (DifferenceKind.SALE_UNPOSTED,)
    repairs = {
        RepairName.POST_SALE: Repair(
            "Post the sale of payment {payment_id} to the ledger, as it was frozen with the order.",
            post_sale,
        )
    }

    def find(
        self, subject: PaymentPair, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that money was taken, and the ledger does not have it."""
        payment = subject.payment
        if payment is None or payment.state not in TAKEN or not payment.worth:
            return None
        is_parked = payment.state == "parked"
        if is_parked and not subject.leads:
            return None  # what is parked is posted by the first that has the intent
        if _is_posted(payment, comparison, "parked" if is_parked else "sale"):
            return None
        return FoundDifference(
            DifferenceKind.SALE_UNPOSTED,
            f"payment:{payment.id}",
            f"Order {payment.order_number} was paid, and the ledger does not have it.",
            "no posting",
            money(payment.amount, payment.currency),
            RepairName.POST_SALE,
            payment.intent_id,
            payment.vendor_id,
            {"payment_id": payment.id, "intent_id": payment.intent_id},
            frozenset({payment.intent_id or ""}),
        )
