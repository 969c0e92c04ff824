"""What a payment does to the books: a sale, or money that waits until a person has looked."""

from __future__ import annotations

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Posting
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.infra.gateway.payment_intents import PaymentIntent
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order
from shared.trade.orders.sold_amounts import sold_of


async def post_move(
    tx: Transaction,
    order: Order,
    payment: Payment,
    intent: PaymentIntent,
    *,
    was: PaymentState,
    now: PaymentState,
) -> None:
    """Post what a payment's move from `was` to `now` means: money that Stripe took is in the ledger
    from this moment on.
    """
    if now is PaymentState.SUCCEEDED:
        if was is PaymentState.PARKED and payment.leads:
            await ledger.post(tx, postings.unparked(await _parked(payment, intent)))
        if sold_of(order).worth:
            ledger.post_once(tx, postings.sale(_sold(order, payment)))
    elif now is PaymentState.PARKED:
        await post_parked(tx, payment, intent)


async def post_parked(
    tx: Transaction,
    payment: Payment,
    intent: PaymentIntent,
) -> bool:
    """Post money that does not match what was ordered. False when it was posted already.

    Of an intent that several orders share, by the payment that leads: nobody knows whose it is.
    """
    if not payment.leads:
        return False
    return await ledger.post(tx, postings.parked(await _parked(payment, intent)))


async def post_sale(
    tx: Transaction,
    order: Order,
    payment: Payment,
) -> bool:
    """Post a payment as a sale, and what its vendor got by a transfer of its own. False when it was
    posted already.
    """
    if not sold_of(order).worth:
        return False  # a vendor's code took all of it off: nobody gets anything
    fact = _sold(order, payment)
    is_new = await ledger.post(tx, postings.sale(fact))
    if payment.is_slice and payment.stripe_transfer_id is not None:
        sent = _transferred(payment, payment.stripe_transfer_id)
        is_new |= await ledger.post(tx, sent)
    return is_new


def post_stripe_fee(
    tx: Transaction,
    payment: Payment,
    amount: int | None,
    transaction: str | None,
) -> None:
    """Post what Stripe took for a payment with a balance transaction, once both are known."""
    if amount is None or transaction is None:
        return
    fee = postings.StripeFee(
        payment.id,
        payment.order_id,
        payment.currency,
        amount,
        transaction,
    )
    ledger.post_once(tx, postings.stripe_fee(fee))


def post_transferred(
    tx: Transaction,
    payment: Payment,
    transfer_id: str,
) -> None:
    """Post that the vendor's part of a shared intent has gone on to it."""
    ledger.post_once(tx, _transferred(payment, transfer_id))


def _transferred(payment: Payment, transfer_id: str) -> Posting:
    fact = postings.TransferredFact(
        payment.id,
        payment.order_id,
        payment.vendor_id,
        payment.currency,
        payment.amount_vendor,
        transfer_id,
    )
    return postings.transferred(fact)


def _sold(order: Order, payment: Payment) -> postings.SaleFact:
    sold = sold_of(order)
    return postings.SaleFact(
        payment_id=payment.id,
        order_id=payment.order_id,
        vendor_id=payment.vendor_id,
        currency=payment.currency,
        total=sold.total,
        commission=sold.commission,
        stripe_id=payment.stripe_payment_intent_id or payment.idempotency_key,
        is_slice=payment.is_slice,
        discount=sold.discount,
    )


async def _parked(payment: Payment, intent: PaymentIntent) -> postings.Parked:
    """What really happened at Stripe, whoever's account the money went to."""
    to = None
    if account := intent.destination:
        to = await VendorPaymentConfig.get_or_none(stripe_account_id=account)
    return postings.Parked(
        payment_id=payment.id,
        order_id=payment.order_id,
        vendor_id=to.vendor_id if to else None,
        currency=intent.currency,
        total=intent.amount_received,
        fee=intent.application_fee,
        stripe_id=intent.id,
    )
