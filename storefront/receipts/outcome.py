"""Which page a shopper sees after paying: from where the payment stands, never from the address.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.finance.payments.return_page import PaymentProgress
from shared.finance.payments.rules import PaymentState
from shared.finance.refunds.queries import RefundView
from shared.trade.orders.queries import OrderView
from shared.trade.orders.remaining_money import MoneyState, OrderMoney
from shared.trade.orders.rules import CheckoutStatus, OrderStatus, PaymentStatus
from storefront.receipts.declines import said
from storefront.receipts.refund_words import for_shopper


@dataclass(frozen=True)
class Outcome:
    """`kind` ok, wait or bad; `action` names the one next step: pay, bank, card, basket or none;
    `waits` means: ask again.
    """

    name: str
    kind: str
    title: str
    text: str
    action: str | None = None
    waits: bool = False


def outcome_of(
    progress: PaymentProgress,
    *,
    checkout: CheckoutStatus,
    order: OrderStatus,
    email: str,
    by_bank: bool = False,
) -> Outcome:
    """What to say. Our order decides what is final, the payment's own state what is still moving.

    `by_bank`: the shopper's bank took all of the money back for good.
    """
    if told := _final(progress, order, email=email, by_bank=by_bank) or _moving(
        progress
    ):
        return told
    if (
        progress.payment_status is PaymentStatus.CANCELLED
        or checkout is not CheckoutStatus.OPEN
    ):
        return _over(checkout)
    return _unpaid(progress)


def _final(
    progress: PaymentProgress, order: OrderStatus, *, email: str, by_bank: bool
) -> Outcome | None:
    """What our order says, where it is paid or paid back."""
    match progress.payment_status:
        case PaymentStatus.PAID if order is OrderStatus.CANCELLED:
            return Outcome(
                "parked",
                "wait",
                _("We are looking at your payment"),
                _(
                    "Your payment came after your order had run out, and something in it was sold "
                    "meanwhile. "
                    "You do not need to do anything: we will write to you and pay it back."
                ),
            )
        case PaymentStatus.PAID if by_bank:
            return Outcome(
                "refunded",
                "ok",
                _("Paid back"),
                _("Your bank gave this payment back to you."),
            )
        case PaymentStatus.PAID:
            return Outcome(
                "succeeded",
                "ok",
                _("Thank you"),
                _(
                    "Your payment arrived. A receipt is on its way to %(email)s.",
                    email=email,
                ),
            )
        case PaymentStatus.REFUNDED:
            return Outcome(
                "refunded",
                "ok",
                _("Paid back"),
                _("This order was paid back to your card."),
            )
    return None


def _moving(progress: PaymentProgress) -> Outcome | None:
    """What Stripe has not decided yet, or nobody knows."""
    if progress.state is PaymentState.PARKED:
        return Outcome(
            "parked",
            "wait",
            _("We are looking at your payment"),
            _(
                "Something about it needs a person's eye. You do not need to do anything; we "
                "will write to you."
            ),
        )
    if (
        progress.state is PaymentState.PROCESSING
        or progress.payment_status is PaymentStatus.PROCESSING
    ):
        return Outcome(
            "processing",
            "wait",
            _("Your payment is on its way"),
            _(
                "Your bank is still working on it. This page updates by itself, and we write "
                "to you when it is done."
            ),
            waits=True,
        )
    if not progress.asked:
        return Outcome(
            "unknown",
            "wait",
            _("We are checking your payment"),
            _(
                "Our payment provider is not answering right now. This page asks again by "
                "itself; please do not pay twice."
            ),
            waits=True,
        )
    return None


def _over(checkout: CheckoutStatus) -> Outcome:
    why = (
        _("Its reservation ran out before it was paid.")
        if checkout is CheckoutStatus.EXPIRED
        else _("It was replaced or called off before it was paid.")
    )
    return Outcome(
        "cancelled",
        "bad",
        _("This order was cancelled"),
        _("%(why)s Nothing was charged, and your basket is as you left it.", why=why),
        action="basket",
    )


def _unpaid(progress: PaymentProgress) -> Outcome:
    match progress.state:
        case PaymentState.REQUIRES_ACTION:
            return Outcome(
                "requires_action",
                "wait",
                _("Your bank wants to hear from you"),
                _(
                    "Confirm the payment with your bank to finish. Nothing has been charged so far."
                ),
                action="bank",
                waits=True,
            )
        case PaymentState.FAILED:
            reason = said(
                progress.message, otherwise=_("Your bank did not accept the payment.")
            )
            return Outcome(
                "failed",
                "bad",
                _("Your payment did not go through"),
                _(
                    "%(reason)s Nothing was charged, and your order is kept for you.",
                    reason=reason,
                ),
                action="card",
            )
    return Outcome(
        "unpaid",
        "wait",
        _("Not paid yet"),
        _("Your order is kept for you. Nothing has been charged so far."),
        action="pay",
    )


@dataclass(frozen=True)
class OrderEvent:
    """One thing that happened to an order, for a timeline."""

    text: str
    at: datetime
    detail: str | None = None
    kind: str = "ok"


@dataclass(frozen=True)
class ShopperRefund:
    """Money that goes back to the shopper: how much, when, and where it stands in a word and a
    sentence.
    """

    amount: Money
    at: datetime
    kind: str
    standing: str
    text: str
    note: str


@dataclass(frozen=True)
class OrderCard:
    """An order as its shopper sees it: where it stands in a word, and what happened so far."""

    order: OrderView
    kind: str
    standing: str
    events: tuple[OrderEvent, ...]
    refunds: tuple[ShopperRefund, ...]
    parts: tuple[tuple[str, Money], ...]
    bank: tuple[str, str] | None


def parts_of(order: OrderView, *, shown: bool) -> tuple[tuple[str, Money], ...]:
    """Who gets what of an order's money.

    What the marketplace earns is shown to shoppers only where the operator wants it.
    """
    if not shown:
        return ()
    return (
        (order.vendor_name, order.vendor_share),
        (_("Platform fee"), order.platform_fee),
    )


def card_of(
    order: OrderView,
    refunds: Iterable[RefundView] = (),
    *,
    parts_shown: bool,
    asked_back: int = 0,
) -> OrderCard:
    """The card of an order, with what was given back of it; who gets what of it if `parts_shown`.

    `asked_back`: of the order's money, in minor units, by refunds that nobody has allowed yet.
    """
    kind, standing = order_status(order.money.without(asked_back), order.status)
    events = [OrderEvent(_("Ordered"), order.placed_at)]
    if order.paid_at:
        events.append(OrderEvent(_("Paid"), order.paid_at))
    if order.shipped_at:
        carrier, number = order.tracking_carrier, order.tracking_number
        sent = _("Sent with %(carrier)s", carrier=carrier) if carrier else _("Sent")
        detail = _("Tracking number %(number)s", number=number) if number else None
        events.append(OrderEvent(sent, order.shipped_at, detail))
    if order.delivered_at and order.is_arrival_assumed:
        detail = _("It was sent long enough ago. Has it not come? Write to the shop.")
        events.append(OrderEvent(_("Counts as delivered"), order.delivered_at, detail))
    elif order.delivered_at:
        events.append(OrderEvent(_("Delivered"), order.delivered_at))
    shown = [
        (refund, told) for refund in refunds if (told := for_shopper(refund.state))
    ]
    return OrderCard(
        order,
        kind,
        standing,
        tuple(events),
        tuple(
            ShopperRefund(
                r.amount,
                r.succeeded_at or r.requested_at,
                *told,
                note=r.note,
            )
            for r, told in shown
        ),
        parts_of(order, shown=parts_shown),
        bank_words(order),
    )


def order_status(left: OrderMoney, status: OrderStatus) -> tuple[str, str]:
    """Kind and words of the badge that says where an order stands: first where its money is, then
    where its goods are.
    """
    match left.payment_status:
        case PaymentStatus.CANCELLED:
            return "plain", _("Cancelled")
        case PaymentStatus.PROCESSING:
            return "info", _("Payment on its way")
        case PaymentStatus.PENDING | PaymentStatus.FAILED:
            return "warn", _("Not paid yet")
    match left.state:
        case MoneyState.REFUNDED:
            return "plain", _("Paid back")
        case MoneyState.LOST:
            return "plain", _("Paid back by your bank")
    match status:
        case OrderStatus.SHIPPED:
            return "info", _("On its way")
        case OrderStatus.DELIVERED:
            return "ok", _("Delivered")
    return _unsent(left, status)


def _unsent(left: OrderMoney, status: OrderStatus) -> tuple[str, str]:
    match left.state:
        case MoneyState.DISPUTED:
            return "info", _("Being looked at by your bank")
        case MoneyState.RETURNING:
            return "info", _("Being paid back")
    if status is OrderStatus.CANCELLED:
        return "warn", _("Will be paid back")
    return "ok", _("Paid, being prepared")


def bank_words(order: OrderView) -> tuple[str, str] | None:
    """Kind and sentence about what the shopper's bank holds or took of an order; None where it has
    nothing of it.
    """
    match order.money_state:
        case MoneyState.DISPUTED:
            looks = _("Your bank is looking into this payment, and holds the money.")
            waits = _(
                "The shop may wait with sending the order until your bank has decided."
            )
            return "info", looks if order.shipped_at else f"{looks} {waits}"
        case MoneyState.LOST:
            return "ok", _(
                "Your bank gave %(amount)s of this payment back to you. The order is closed.",
                amount=money(order.lost),
            )
        case MoneyState.PARTLY_LOST:
            return "ok", _(
                "Your bank gave %(amount)s of this payment back to you.",
                amount=money(order.lost),
            )
    return None
