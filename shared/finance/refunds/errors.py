"""What can stop a refund, in sentences for the person who asks for it."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, TryLater
from shared.core.money import Money


class BadRefund(Invalid):
    """What was asked for is no amount that can go back; `param` names the field."""

    code = "bad_refund"


class TooMuch(BadRefund):
    """More than what is left of the order."""

    code = "refund_too_large"

    def __init__(self, left: Money, *, param: str = "amount") -> None:
        if left:
            super().__init__(f"At most {left} can still be given back.", param=param)
        else:
            super().__init__(
                "Everything of this order has been given back, or is on its way.", param=param
            )


class NotPaid(Conflict):
    """There is no money of this order to give back."""

    code = "not_paid"
    default = "This order is not paid, so there is nothing to give back."


class ChargedBack(Conflict):
    """The shopper's bank took the money already; giving it back as well would be paying twice."""

    code = "charged_back"
    default = (
        "The shopper’s bank has taken this payment back, so it cannot be refunded as well. "
        "Answer the dispute, or accept it: then the shopper keeps the money."
    )


class TakenByBank(Conflict):
    """The shopper's bank decided for the shopper: there is nothing left that could go back."""

    code = "taken_by_bank"
    default = (
        "The shopper’s bank took the money of this order for good: the shopper has it already, so "
        "there is nothing to "
        "give back."
    )


class NoRefundsLeft(Conflict):
    """Something is left of the order, and Stripe refunds nothing of a payment that was disputed
    like this.
    """

    code = "not_refundable"
    default = (
        "Stripe makes no refunds of this payment any more, because the shopper’s bank has decided "
        "about it. "
        "If the shopper is to get money, pay it another way."
    )


class RefundedMeanwhile(Conflict):
    """Another refund of the order was asked for while this one was being looked at."""

    code = "refunded_meanwhile"

    def __init__(self, left: Money) -> None:
        super().__init__(
            (
                f"Another refund of this order was made in the meantime. {left} can still be "
                "given back; please look again."
            )
            if left
            else (
                "Another refund of this order was made in the meantime. There is nothing left to "
                "give back."
            )
        )


class RefundAlreadyDecided(Conflict):
    """Somebody approved or declined it before."""

    code = "already_decided"
    default = "This refund has been decided already."


class NotItsTurn(TryLater):
    """An earlier refund of the same payment has no answer yet; two at once would be hard to tell
    apart at Stripe.
    """

    code = "refund_waits"
    default = (
        "An earlier refund of this order is still being asked for. This one follows by itself."
    )


class Differs(Conflict):
    """Stripe's refund is not the one that we asked for: a person must look."""

    code = "refund_differs"
