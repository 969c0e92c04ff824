"""Asking for a refund: what counts against the order from the moment that it is asked for.

What is let through is a durable write (writes.py), opened in the same transaction, and asked of
Stripe at once by whoever calls `try_now`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import field, replace

from shared.core.errors import MarketError, TryLater
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.payments.models import Payment
from shared.finance.refunds import sync
from shared.finance.refunds.errors import (
    CauseLacking,
    ChargedBack,
    NoRefundsLeft,
    NotPaid,
    PaymentDiffers,
    RefundedMeanwhile,
    RefundNotFound,
)
from shared.finance.refunds.models import Refund
from shared.finance.refunds.order_totals import check_bank
from shared.finance.refunds.refundability import Refundability
from shared.finance.refunds.rules import RefundRequest, RefundState
from shared.finance.refunds.statements import (
    lock_paid_order,
    order_and_payment,
    totals_of,
)
from shared.finance.refunds.stripe_reads import refundability_of
from shared.finance.refunds.writes import ChargeFacts, CreateRefund, charge_facts
from shared.finance.refunds.writing_down import open_write, write_down
from shared.infra import unit
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.mail import service as mail
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from shared.trade.people.queries import operator_emails
from shared.trade.vendors.models import Vendor

log = logging.getLogger("markethall.refunds")

# Never fraudulent: that blocks the shopper's card and email.
REASONS = ("requested_by_customer", "duplicate")
Together = Callable[[Transaction, Order], Awaitable[None]]
PAID = (PaymentStatus.PAID, PaymentStatus.REFUNDED)
MAX_NOTE = 500


@frozen
class Requested:
    """A refund that was written down; `write` is what asks Stripe for it, unless it waits."""

    id: int
    number: int
    state: RefundState
    amount: Money
    write: StripeWrite | None = field(
        default=None,
        compare=False,
        repr=False,
    )

    @classmethod
    def of(cls, refund: Refund) -> Requested:
        """Make it of the row, as it stands there."""
        amount = Money(refund.amount, refund.currency)
        return cls(refund.id, refund.number, RefundState(refund.status), amount)


async def request(
    gateway: Gateway,
    *,
    vendor_id: int,
    number: str,
    wish: RefundRequest,
    reason: str,
    note: str,
    by: str,
    seen: int | None = None,
    at_once: bool = False,
    together: Together | None = None,
    decided_by: str = "",
) -> Requested:
    """Write down a refund of one of this vendor's orders; above the operator's limit it waits for
    approval.

    `seen` is how many refunds the order had when the person looked: pressed twice, or two people at
    once, one wins. `at_once`: the caller goes on with `try_now`, so how Stripe is asked is settled
    with it. `together`: what else is done to the locked order, and may stop it. `decided_by`: whose
    right it is, so that no limit lets it wait. Raises StandsStill, NotFound,
    NotPaid, ChargedBack, TakenByBank, NoRefundsLeft, BadRefund, TooMuch, RefundedMeanwhile.
    """
    said = _said(reason, note, by=by, decided_by=decided_by)
    payment = await _refundable(gateway, vendor_id, number)
    facts = await _facts(gateway, payment) if at_once else None
    async with unit.transaction() as tx:
        order, payment = await lock_paid_order(tx, payment.id)
        await _look_again(tx, order, together)
        totals = await totals_of(order, payment)
        if seen is not None and seen != totals.refunds:
            raise RefundedMeanwhile(totals.sum.left)
        _check_payment(order, payment)
        refund = await write_down(tx, order, payment, totals, wish, said)
        write = None
        if refund.status == RefundState.OPENING:
            write = await open_write(tx, order, payment, refund, totals, facts)
        await _record_request(tx, order, refund, by=by)
    return replace(Requested.of(refund), write=write)


async def _look_again(tx: Transaction, order: Order, together: Together | None) -> None:
    """Do what is done with it, now that the order is locked."""
    check_bank(order)
    if together is not None:
        await together(tx, order)


def _said(
    reason: str,
    note: str,
    *,
    by: str,
    decided_by: str,
) -> dict[str, str]:
    """The columns of who asks, and why. Raises CauseLacking."""
    if reason not in REASONS:
        raise CauseLacking
    return {
        "reason": reason,
        "note": note[:MAX_NOTE],
        "requested_by": by[:60],
        "decided_by": decided_by[:60],
    }


async def _refundable(gateway: Gateway, vendor_id: int, number: str) -> Payment:
    """The payment of one of this vendor's orders that is paid, and that no bank has taken back, by
    what we know and by what Stripe says now.
    """
    order, payment = await order_and_payment(vendor_id, number)
    if payment is None or order.payment_status not in PAID:
        raise NotPaid
    check_bank(order)
    match await refundability_of(gateway, payment):
        case Refundability.CHARGED_BACK:
            raise ChargedBack
        case Refundability.DECIDED:
            raise NoRefundsLeft
    return payment


async def _facts(gateway: Gateway, payment: Payment) -> ChargeFacts | None:
    """What Stripe holds of the sale; None where the write finds out by itself, later."""
    if payment.stripe_transfer_id is None and not payment.is_slice:
        return None
    try:
        return await charge_facts(gateway, payment)
    except (StripeUnavailable, StripeRefused) as error:
        log.info("sale %s could not be read: %s", payment.id, error.log)
        return None


async def _record_request(
    tx: Transaction,
    order: Order,
    refund: Refund,
    *,
    by: str,
) -> None:
    """Tell the trail, and the operators where it waits for them."""
    waits = refund.status == RefundState.AWAITING_APPROVAL
    if waits:
        await _tell_operators(tx, order, refund)
    tx.record_of_order(
        refund.order_id,
        "refund.requested",
        actor=by,
        subject=f"refund:{refund.id}",
        vendor_id=refund.vendor_id,
        order=refund.order_id,
        amount=refund.amount,
        currency=refund.currency,
        waits=waits,
    )


def _check_payment(order: Order, payment: Payment) -> None:
    paid = (payment.currency, payment.amount_total)
    if paid != (order.currency, order.total_amount_cents):
        raise PaymentDiffers


async def _tell_operators(
    tx: Transaction,
    order: Order,
    refund: Refund,
) -> None:
    vendor = await Vendor.get(id=refund.vendor_id)
    context = {
        "vendor_name": vendor.name,
        "number": order.number,
        "amount": Money(refund.amount, refund.currency),
    }
    for place, email in enumerate(await operator_emails()):
        mail.post(
            tx,
            "refund_waits",
            to=email,
            unique_key=f"refund_waits:{refund.id}:{place}",
            order_id=order.id,
            context=context,
        )


async def ask(
    gateway: Gateway, refund_id: int, write: StripeWrite | None = None
) -> RefundState:
    """Have Stripe asked for a refund that is written down; nothing when it was answered already.

    `write`: what was opened for it just now. Raises NotFound, and StripeUnavailable, NotItsTurn,
    ChargeNotReady: the write's own job goes on with it.
    """
    if write is not None:
        performed = await writes.perform_opened(gateway, write)
    else:
        refund = await _row(refund_id)
        if refund.status != RefundState.OPENING:
            return RefundState(refund.status)
        asked = CreateRefund.of(refund.order, refund.payment, refund)
        write_id = await writes.opened(asked, asked_at=refund.created_at)
        performed = await writes.perform(gateway, write_id)
    if performed.state == WriteState.ANSWERED:
        await sync.settle_claim(gateway, refund_id)
    if performed.outcome is not None:
        return RefundState(performed.outcome)
    return RefundState((await _row(refund_id)).status)


async def _row(refund_id: int) -> Refund:
    refund = await Refund.get_or_none(id=refund_id).select_related("order", "payment")
    if refund is None:
        raise RefundNotFound
    return refund


@frozen
class RefundAttempt:
    """Where a refund stands after it was tried at once, and the code of the error that keeps it
    waiting, if one does.
    """

    state: RefundState
    waits: str | None = None


async def try_now(
    gateway: Gateway, refund_id: int, write: StripeWrite | None = None
) -> RefundAttempt:
    """Ask Stripe at once, for whoever waits for the page; what cannot be done now, the write's job
    does.

    `write`: what was opened for it just now (`Requested.write`).
    """
    try:
        return RefundAttempt(await ask(gateway, refund_id, write), None)
    except TryLater as later:
        waits = later.code
        log.info("refund %s is asked for later: %s", refund_id, later.log or later)
    except MarketError as error:
        waits = error.code
        why = error.log or error
        log.warning("refund %s could not be asked for: %s", refund_id, why)
    return RefundAttempt(RefundState((await _row(refund_id)).status), waits)
