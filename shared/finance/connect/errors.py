"""What can stand in the way of a vendor being paid."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid
from shared.core.locales import gettext_noop as _n


class AccountDisconnected(Conflict):
    """The vendor took our access to its Stripe account away."""

    code = "account_disconnected"
    default = _n(
        "This Stripe account was disconnected from the marketplace. Please write to us to "
        "connect it again."
    )


class ReasonLacking(Invalid):
    """Staff ends the wait after a changed bank without saying why."""

    param = "reason"
    default = _n("Say how you know that the change was the vendor's own.")


class ReasonTooLong(Invalid):
    """The reason is longer than what is kept."""

    param = "reason"
    default = _n("That is too long: %(most)s characters at most.")


class NoBankHold(Conflict):
    """Payouts do not wait because of a changed bank."""

    default = _n("These payouts are not waiting because of a changed bank.")


class CurrencyNotOffered(Invalid):
    """The shop cannot sell in that currency."""

    param = "currency"
    default = _n("Choose one of the currencies offered.")


class FeeOutOfRange(Invalid):
    """A commission must leave something of the price."""

    param = "platform_fee_percentage"
    default = _n("Enter a percentage from 0 up to, but not including, 100.")


class FeeTooFine(Invalid):
    """A commission has at most two decimals."""

    param = "platform_fee_percentage"
    default = _n("Enter at most two decimals.")
