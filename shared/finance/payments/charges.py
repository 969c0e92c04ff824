"""Noting what follows a charge: Stripe's fee, transfer, commission, and when the money is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shared.finance.payments.charge_news import (
    KnownPayment,
    ToldCharge,
    is_news,
    new_of,
)
from shared.finance.payments.events import TransferArrived
from shared.finance.payments.models import Payment
from shared.finance.payments.payment_postings import post_stripe_fee
from shared.finance.payments.rules import PaymentState
from shared.finance.payments.shares import shares
from shared.finance.payments.statements import PaymentSoFar, lock_payments
from shared.infra.gateway.charges import Charge
from shared.infra.references import service as references
from shared.infra.unit import Act, Transaction


async def note_charge(
    tx: Transaction,
    payment_id: int,
    charge: Charge,
) -> None:
    """Fill in what follows a charge a moment later; what is known already is never overwritten with
    nothing. One that took no money tells nothing.

    Of a charge that several orders share, each bears its part of Stripe's fee.
    """
    if not charge.paid:
        return
    payments = await lock_payments(tx, payment_id)
    _remember(tx, payments, charge)
    fees = fees_of(payments, charge.stripe_fee)
    for payment in payments:
        await _note(tx, payment, charge, fees.get(payment.id))


def fees_of(payments: Iterable[Payment], fee: int | None) -> dict[int, int]:
    """Share Stripe's fee over payments, by their ids; nothing while it is not known."""
    if fee is None:
        return {}
    return shares(fee, {payment.id: payment.amount_total for payment in payments})


def _remember(
    tx: Transaction,
    payments: Iterable[Payment],
    charge: Charge,
) -> None:
    lead = next(payment for payment in payments if payment.leads)
    references.remember(
        tx,
        charge.id,
        charge.transfer,
        charge.application_fee,
        charge.balance_transaction,
        subject=f"payment:{lead.id}",
        order_id=lead.order_id,
        vendor_id=lead.vendor_id,
    )


async def _note(
    tx: Transaction,
    payment: Payment,
    charge: Charge,
    fee: int | None,
) -> None:
    post_stripe_fee(tx, payment, fee, charge.balance_transaction)
    if charge.transfer and payment.stripe_transfer_id is None:
        tx.emit(TransferArrived(payment.id, payment.vendor_id))
    if news := news_of(payment, charge, fee):
        act = Act("payment.charge_noted", "stripe", _as_told(news))
        await tx.change(payment, act=act, **news)


def news_of(
    payment: Payment,
    charge: Charge,
    fee: int | None,
) -> dict[str, Any]:
    """What a charge tells that the payment does not hold yet; `fee`: what it bears of Stripe's."""
    told = {
        "amount_stripe_fee": fee,
        "available_on": charge.available_on,
        **_noted(charge),
    }
    return new_of(told, {name: getattr(payment, name) for name in told})


def is_known(
    charge: Charge,
    payments: Sequence[PaymentSoFar],
) -> bool:
    """Whether payments hold already what an event says of their charge, so that it need not be
    read.

    They are all those that have its intent.
    """
    told = ToldCharge(
        amount=charge.amount,
        captured=charge.amount_captured,
        refunded=charge.amount_refunded,
        currency=charge.currency,
        paid=charge.paid,
        disputed=charge.disputed,
        failure=charge.failure_code,
        is_booked=charge.balance_transaction is not None,
        noted=_noted(charge),
    )
    return not is_news(told, [_known(each, told.noted) for each in payments])


def _known(payment: PaymentSoFar, names: Iterable[str]) -> KnownPayment:
    follows: list[object] = [payment.amount_stripe_fee, payment.available_on]
    if payment.intent_key is None:
        follows.append(payment.stripe_transfer_id)
    return KnownPayment(
        state=PaymentState(payment.status),
        amount=payment.amount_total,
        currency=payment.currency,
        lacks=None in follows,
        noted={name: getattr(payment, name) for name in names},
    )


def _noted(charge: Charge) -> dict[str, Any]:
    """What a payment keeps of a charge, by its columns; beside what its balance transaction
    says.
    """
    return {
        "stripe_charge_id": charge.id,
        "stripe_transfer_id": charge.transfer,
        "stripe_application_fee_id": charge.application_fee,
        "stripe_balance_transaction_id": charge.balance_transaction,
        "payment_method": charge.payment_method_type,
        "statement_descriptor": charge.statement_descriptor,
    }


def _as_told(news: dict[str, Any]) -> dict[str, Any]:
    """Make the moment text: the audit trail keeps JSON."""
    if (moment := news.get("available_on")) is None:
        return news
    return {**news, "available_on": str(moment)}
