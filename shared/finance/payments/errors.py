"""What can stop a payment, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, TryLater
from shared.core.locales import gettext_noop as _n


class OrderNotPayable(Conflict):
    """The order takes no payment: it is paid already, or was cancelled, or its reservation ran
    out.
    """

    code = "order_not_payable"
    default = _n(
        "This order cannot be paid any more. Please start again from your basket."
    )


class PaymentAlreadyDecided(OrderNotPayable):
    """The money is there, on its way, or with a person who looks: the return page tells which."""

    code = "payment_decided"
    default = _n("This order was paid a moment ago, or its payment is on its way.")


class PageOutOfDate(Conflict):
    """The payment page was made for an intent that has ended since; loading it again makes another
    one.
    """

    code = "page_out_of_date"
    default = _n("This page is out of date.")


class PaymentUnderReview(OrderNotPayable):
    """Money was taken that does not match the order; until a person has looked, nobody is charged
    again.
    """

    code = "payment_under_review"
    default = _n(
        "A payment for this order needs a person's eye. You do not need to pay again; we will "
        "write to you."
    )


class PaymentRejected(Conflict):
    """Stripe will not open this payment as it stands; the vendor or the operator must look."""

    code = "payment_not_possible"
    default = _n(
        "This order cannot be paid at the moment. We have noted it; please try again later."
    )


class CustomerGone(PaymentRejected):
    """The payment names a customer that Stripe no longer has; another attempt, without saved cards,
    goes through.
    """


class ChargeNotReady(TryLater):
    """The transfer of a destination charge follows a moment after the charge (stripe-facts 8.6)."""

    code = "charge_not_ready"


class ChargeNotBooked(ChargeNotReady):
    """Stripe has not put the charge on the platform's balance."""

    default = _n("The charge has no balance transaction yet.")


class ChargeNotTransferred(ChargeNotReady):
    """Stripe has not passed the charge on to the vendor."""

    default = _n("The charge has no transfer yet.")
