"""What can stop somebody who asks for money back, or who answers."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.locales import gettext_noop as _n


class NothingToReturn(Conflict):
    """The order is not one of which anything can be asked back."""

    code = "nothing_to_return"
    default = _n(
        "Nothing of this order can be given back:"
        " it is not paid, or the money is on its way already."
    )


class WithdrawalOver(Conflict):
    """The days in which a shopper may withdraw without a reason are over."""

    code = "withdrawal_over"
    default = _n(
        "The time to withdraw without a reason is over."
        " You can still ask the shop for your money back and say why."
    )


class AnotherRequestOpen(Conflict):
    """Another request of the same order waits for its vendor."""

    code = "another_request_open"
    default = _n(
        "The shop has not answered your earlier request for this order yet."
        " Wait for its answer, or take that request back on the page of your order."
    )


class ReturnReasonLacking(Invalid):
    """Who asks for a refund says why."""

    default = _n("Choose what is wrong.")
    param = "reason"


class NothingChosen(Invalid):
    """No piece was chosen, and none is left."""

    default = _n("Choose at least one piece.")


class MoreThanOrdered(Invalid):
    """More pieces than the order has left."""

    default = _n("At most %(left)s of it can be given back.")


class AnswerLacking(Invalid):
    """Who declines says why."""

    default = _n("Say why, in at most %(most)s characters. The shopper reads it.")
    param = "answer"


class ReturnAnswered(Conflict):
    """Somebody answered the request in the meantime."""

    code = "return_answered"
    default = _n("This request was answered already.")


class WithdrawalNotFound(NotFound):
    """There is no such withdrawal."""

    default = _n("There is no such withdrawal.")


class ReturnNotFound(NotFound):
    """There is no such request, or it is another shop's."""

    default = _n("We could not find that request.")
