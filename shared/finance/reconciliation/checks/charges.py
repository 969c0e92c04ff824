"""Stripe's fee for a charge is posted, and what we noted of the charge is what Stripe says."""

from __future__ import annotations

from shared.finance.payments import service as payments
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
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import IntentAtStripe, PaymentRecord
from shared.infra.jobs import Context


async def read_charge(context: Context, given: Arguments) -> str:
    """Note again what Stripe says of a charge."""
    if not await payments.record_charge(context.gateway, str(given["charge_id"])):
        raise CannotRepair
    return "The charge was read again."


class ChargeCheck(PaymentCheck):
    """A payment against its charge."""

    kinds = (DifferenceKind.FEE_UNPOSTED, DifferenceKind.CHARGE_DIFFERS)
    repairs = {
        RepairName.READ_CHARGE: Repair(
            (
                "Read charge {charge_id} again, note its fee, transfer and commission, and post "
                "the fee if it is missing."
            ),
            read_charge,
        )
    }

    def find(
        self, subject: PaymentPair, comparison: Comparison
    ) -> FoundDifference | None:
        """Say that Stripe's fee is not posted, or that what we noted is not what Stripe says."""
        payment, intent, charge = subject.payment, subject.intent, subject.charge
        if (
            payment is None
            or intent is None
            or charge is None
            or payment.state not in TAKEN
        ):
            return None
        mine = payment.stripe_fee if subject.others else charge.fee
        if mine and f"stripe_fee:{payment.id}" not in comparison.both.posted:
            return _fee_unposted(payment, intent, mine)
        noted = (payment.charge_id, payment.transaction_id, subject.stripe_fee)
        if noted == (intent.charge_id, charge.id, charge.fee):
            return None
        return _differs(payment, intent, charge.fee)


def _fee_unposted(
    payment: PaymentRecord, intent: IntentAtStripe, fee: int
) -> FoundDifference:
    return FoundDifference(
        DifferenceKind.FEE_UNPOSTED,
        f"payment:{payment.id}",
        f"Stripe took a fee for order {payment.order_number}, and the ledger does not have it.",
        "no posting",
        money(fee, payment.currency),
        RepairName.READ_CHARGE,
        intent.charge_id,
        payment.vendor_id,
        {"payment_id": payment.id, "charge_id": intent.charge_id},
        frozenset({intent.id}),
    )


def _differs(
    payment: PaymentRecord, intent: IntentAtStripe, fee: int
) -> FoundDifference:
    noted = "no charge noted"
    if payment.charge_id is not None:
        noted = f"{payment.charge_id}, fee {payment.stripe_fee}"
    return FoundDifference(
        DifferenceKind.CHARGE_DIFFERS,
        f"payment:{payment.id}",
        f"What we noted of the charge of order {payment.order_number} is not what Stripe says.",
        noted,
        f"{intent.charge_id}, fee {fee}",
        RepairName.READ_CHARGE,
        intent.charge_id,
        payment.vendor_id,
        {"payment_id": payment.id, "charge_id": intent.charge_id},
    )
