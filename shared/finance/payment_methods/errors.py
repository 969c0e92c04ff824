"""What can stand in the way of a saved card, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, NotFound
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.finance.payment_methods.rules import MOST


class UnknownMethod(NotFound):
    """This shopper never had such a method; another shopper's is not known either."""

    code = "payment_method_unknown"
    default = _n("We could not find that card.")


class MethodGone(Conflict):
    """It was removed in another tab, or at Stripe."""

    code = "payment_method_gone"
    default = _n(
        "That card is not saved any more. Your other cards are as you left them."
    )


class TooManyMethods(Conflict):
    """The shopper has as many as we keep."""

    code = "too_many_payment_methods"

    def __init__(self) -> None:
        super().__init__(
            _(
                "You can save up to %(most)s cards. Remove one, then add the new one.",
                most=MOST,
            )
        )


class CannotSave(Conflict):
    """Stripe will not set a card up as things stand; the operator must look."""

    code = "payment_method_not_saved"
    default = _n(
        "Cards cannot be saved at the moment. We have noted it; please try again later."
    )


class NothingAdded(MethodGone):
    """The shopper has no card under way."""

    default = _n("No card was being added.")
