"""Which page a shopper sees after paying: from where the payment stands, never from the address.

Pure.
"""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.entrypoints.web.declines import said
from shared.finance.payments.return_page import PaymentProgress
from shared.finance.payments.rules import PaymentState
from shared.trade.orders.rules import CheckoutStatus, OrderStatus, PaymentStatus
from storefront.receipts.whole import PurchaseStands


@frozen
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
    stand: PurchaseStands,
    email: str,
) -> Outcome:
    """What to say. Our orders decide what is final, the payment's own state what is still
    moving.
    """
    if final := _final(progress, stand, email=email):
        return final
    if moving := _moving(progress):
        return moving
    is_cancelled = progress.payment_status is PaymentStatus.CANCELLED
    if is_cancelled or checkout is not CheckoutStatus.OPEN:
        return _over(checkout)
    return _unpaid(progress)


def _final(
    progress: PaymentProgress, stand: PurchaseStands, *, email: str
) -> Outcome | None:
    """What our orders say, where they are paid or paid back."""
    match progress.payment_status:
        case PaymentStatus.PAID if stand.is_called_off:
            return _called_off()
        case PaymentStatus.PAID if stand.is_paid_back and stand.is_by_bank:
            return _paid_back(_("Your bank gave this payment back to you."))
        case PaymentStatus.PAID if stand.order is OrderStatus.CANCELLED:
            return _paid_too_late()
        case PaymentStatus.PAID if stand.is_paid_back:
            return _paid_back(_("This order was paid back to your card."))
        case PaymentStatus.PAID:
            return _thanks(stand, email)
        case PaymentStatus.REFUNDED:
            return _paid_back(_("This order was paid back to your card."))
    return None


def _thanks(stand: PurchaseStands, email: str) -> Outcome:
    if stand.is_free:
        text = _(
            "Your order is placed, and there is nothing to pay. "
            "A receipt is on its way to %(email)s.",
            email=email,
        )
        return Outcome("succeeded", "ok", _("Thank you"), text)
    text = _(
        "Your payment arrived. A receipt is on its way to %(email)s.",
        email=email,
    )
    if stand.is_short:
        short = _(
            "One part of it cannot be sent: it was sold before your payment arrived. "
            "You do not need to do anything: we will write to you and pay that part back."
        )
        text = f"{text} {short}"
    return Outcome("succeeded", "ok", _("Thank you"), text)


def _paid_too_late() -> Outcome:
    text = _(
        "Your payment came after your order had run out, and something in it was sold "
        "meanwhile. "
        "You do not need to do anything: we will write to you and pay it back."
    )
    return Outcome("parked", "wait", _("We are looking at your payment"), text)


def _called_off() -> Outcome:
    text = _("You have cancelled it before it was sent. It is paid back to you.")
    return Outcome("called_off", "ok", _("This order was cancelled"), text)


def _paid_back(text: str) -> Outcome:
    return Outcome("refunded", "ok", _("Paid back"), text)


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
    is_processing = progress.payment_status is PaymentStatus.PROCESSING
    if is_processing or progress.state is PaymentState.PROCESSING:
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
    why = _("It was replaced or called off before it was paid.")
    if checkout is CheckoutStatus.EXPIRED:
        why = _("Its reservation ran out before it was paid.")
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
            otherwise = _("Your bank did not accept the payment.")
            reason = said(progress.message, otherwise=otherwise)
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
