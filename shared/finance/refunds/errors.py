"""What can stop a refund, in sentences for the person who asks for it."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, NotFound, TryLater
from shared.core.formats import money
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.money import Money


class BadRefund(Invalid):
    """What was asked for is no amount that can go back; `param` names the field."""

    code = "bad_refund"


class TooMuch(BadRefund):
    """More than what is left of the order."""

    code = "refund_too_large"

    def __init__(self, left: Money, *, param: str = "amount") -> None:
        told = _("Everything of this order has been given back, or is on its way.")
        if left:
            told = _("At most %(amount)s can still be given back.", amount=money(left))
        super().__init__(told, param=param)


class NoRoomYet(TryLater):
    """A refund of ours still counts against the order; Stripe will refuse it, and then one that
    Stripe made fits.
    """

    code = "refund_has_no_room_yet"


class MoreThanLeft(Conflict):
    """Stripe gave more of a payment back than its orders have left: that cannot be."""

    code = "more_than_left"

    def __init__(self, amount: Money, left: Money) -> None:
        told = _(
            "This refund gives %(amount)s back, and the orders of its payment have %(left)s left."
            " It is not in the books; please compare the payment with Stripe.",
            amount=money(amount),
            left=money(left),
        )
        super().__init__(told)


class NotPaid(Conflict):
    """There is no money of this order to give back."""

    code = "not_paid"
    default = _n("This order is not paid, so there is nothing to give back.")


class ChargedBack(Conflict):
    """The shopper's bank took the money already; giving it back as well would be paying twice."""

    code = "charged_back"
    default = _n(
        "The shopper’s bank has taken this payment back, so it cannot be refunded as well. "
        "Answer the dispute, or accept it: then the shopper keeps the money."
    )


class TakenByBank(Conflict):
    """The shopper's bank decided for the shopper: there is nothing left that could go back."""

    code = "taken_by_bank"
    default = _n(
        "The shopper’s bank took the money of this order for good: the shopper has it already, so "
        "there is nothing to "
        "give back."
    )


class NoRefundsLeft(Conflict):
    """Something is left of the order, and Stripe refunds nothing of a payment that was disputed
    like this.
    """

    code = "not_refundable"
    default = _n(
        "Stripe makes no refunds of this payment any more, because the shopper’s bank has decided "
        "about it. "
        "If the shopper is to get money, pay it another way."
    )


class RefundedMeanwhile(Conflict):
    """Another refund of the order was asked for while this one was being looked at."""

    code = "refunded_meanwhile"

    def __init__(self, left: Money) -> None:
        told = _(
            "Another refund of this order was made in the meantime. There is nothing left to "
            "give back."
        )
        if left:
            told = _(
                "Another refund of this order was made in the meantime."
                " %(amount)s can still be given back; please look again.",
                amount=money(left),
            )
        super().__init__(told)


class RefundAlreadyDecided(Conflict):
    """Somebody approved or declined it before."""

    code = "already_decided"
    default = _n("This refund has been decided already.")


class NotItsTurn(TryLater):
    """An earlier refund of the same payment has no answer yet; two at once would be hard to tell
    apart at Stripe.
    """

    code = "refund_waits"
    default = _n(
        "An earlier refund of this order is still being asked for. This one follows by itself."
    )


class Differs(Conflict):
    """Stripe's refund is not the one that we asked for: a person must look."""

    code = "refund_differs"


class AmountLacking(BadRefund):
    """No amount was given."""

    param = "amount"
    default = _n("Enter an amount such as 10.00.")


class AmountNotPositive(BadRefund):
    """Nothing, or less, would go back."""

    param = "amount"
    default = _n("Enter an amount above zero.")


class AmountTooFine(BadRefund):
    """The currency has fewer decimals."""

    param = "amount"
    default = _n("%(currency)s does not have that many decimals.")


class NoPieces(BadRefund):
    """No piece was chosen."""

    param = "reach"
    default = _n("Choose at least one piece to give back.")


class NothingPaid(BadRefund):
    """A code had taken the whole price of the pieces off."""

    param = "reach"
    default = _n("Nothing was paid for these pieces, so nothing can go back.")


class FreeInPart(BadRefund):
    """Of an order that cost nothing no part can be told from the rest by what was paid for it."""

    param = "reach"
    default = _n("Nothing was paid for this order, so it is taken back as a whole.")


class GoodsWouldStay(BadRefund):
    """Only delivery was paid, and all of it would go back while the goods stay with the shopper."""

    param = "reach"
    default = _n(
        "A code of the marketplace paid for the goods of this order, so all of the delivery cost"
        " goes back together with them. Choose the whole order, or a smaller amount."
    )


class ForeignLine(BadRefund):
    """The line is of another order."""

    default = _n("That line is not part of this order.")


class FewerPiecesLeft(BadRefund):
    """So many pieces of the line did not go back yet."""

    default = _n("At most %(left)s can still be given back.")


class NoPiecesLeft(BadRefund):
    """All pieces of the line went back."""

    default = _n("All of these were given back.")


class PiecesBelowZero(BadRefund):
    """Fewer pieces than none."""

    default = _n("Enter how many pieces, from 0 on.")


class CauseLacking(Invalid):
    """The refund has no reason."""

    param = "reason"
    default = _n("Choose why it is given back.")


class PaymentDiffers(Differs):
    """What was paid is not what the order costs."""

    default = _n(
        "This order’s payment is in another currency or of another amount. The marketplace "
        "has to look at it."
    )


class DeclineReasonLacking(Invalid):
    """A refund is declined without a reason, or with one that is too long."""

    param = "reason"
    default = _n("Say why, in at most %(most)s characters.")


class RefundNotFound(NotFound):
    """Nobody who may know of it has such a refund."""

    default = _n("We could not find that refund.")
