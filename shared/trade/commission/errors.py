"""What can go wrong here, in sentences."""

from __future__ import annotations

from shared.core.errors import Invalid, NotFound
from shared.core.locales import gettext_noop as _n


class NothingToPay(Invalid):
    """A part of nothing, or of less, is asked for."""

    default = _n("There is nothing to pay.")


class RateOutOfRange(Invalid):
    """A rule must leave something of the price."""

    param = "percentage"
    default = _n("Enter a percentage from 0 up to, but not including, 100.")


class RateTooFine(Invalid):
    """A rule's percentage has at most two decimals."""

    param = "percentage"
    default = _n("Enter at most two decimals.")


class MaximumBelowMinimum(Invalid):
    """No commission would fit."""

    param = "maximum_amount"
    default = _n("The maximum is below the minimum, so nothing would fit.")


class MaximumBelowFixed(Invalid):
    """The fixed part could never be charged in full."""

    param = "maximum_amount"
    default = _n(
        "The maximum is below the fixed part, which could never be charged in full."
    )


class CurrencyLacking(Invalid):
    """An amount of a rule is in no currency."""

    param = "currency"
    default = _n("A fixed part, a minimum or a maximum needs a currency. Choose one.")


class NotChargeable(Invalid):
    """The currency knows no such amount."""

    default = _n("That is no amount that can be charged in %(currency)s.")


class TooManyRules(Invalid):
    """The operator has as many rules as there may be."""

    default = _n("There are %(most)s rules already. Change one of them.")


class NotRefundable(Invalid):
    """The currency knows no such amount."""

    default = _n("That is no amount that can be refunded in %(currency)s.")


class RuleNotFound(NotFound):
    """There is no such rule."""

    default = _n("We could not find that rule.")
