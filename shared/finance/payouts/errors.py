"""What can stop a payout, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.locales import gettext_noop as _n


class PayoutHeld(Conflict):
    """The operator holds this vendor's payouts back."""

    code = "payout_held"
    default = _n("Your payouts are on hold. The payouts page says why.")


class NothingToPayOut(Conflict):
    """There is no amount that could be sent now."""

    code = "nothing_to_pay_out"
    default = _n("There is nothing that could be paid out at the moment.")


class AmountChanged(Conflict):
    """What was shown is not what is there any more."""

    code = "payout_amount_changed"
    default = _n(
        "The amount has changed in the meantime. Nothing was sent; please look again."
    )


class NotCancelable(Conflict):
    """The payout is on its way already, or was made by Stripe's own schedule."""

    code = "payout_not_cancelable"
    default = _n(
        "This payout can no longer be called back: it is on its way to your bank, or has ended."
    )


class PayoutRefused(Conflict):
    """Stripe did not make the payout; the message says why."""

    code = "payout_refused"
    default = _n("Stripe did not make this payout. Nothing was sent.")


class HoldReasonLacking(Invalid):
    """Payouts are held back without a reason."""

    param = "reason"
    default = _n("Say why; the vendor reads it.")


class HoldReasonTooLong(Invalid):
    """The reason is longer than 300 characters."""

    param = "reason"
    default = _n("That is too long: 300 characters at most.")


class ReserveOutOfRange(Invalid):
    """A reserve keeps at most so much of a sale."""

    param = "reserve_percentage"
    default = _n("Enter a percentage from 0 to %(most)s.")


class ReserveTooFine(Invalid):
    """A reserve's percentage has at most two decimals."""

    param = "reserve_percentage"
    default = _n("Enter at most two decimals.")


class ReserveTooLong(Invalid):
    """A reserve keeps at most so many days."""

    param = "reserve_days"
    default = _n("Enter a number of days from 0 to %(longest)s.")


class ReserveIncomplete(Invalid):
    """A percentage without days, or days without a percentage."""

    param = "reserve_days"
    default = _n(
        "A reserve needs both, a percentage and a number of days; 0 and 0 is none."
    )


class NotHeld(Conflict):
    """There is nothing to release."""

    default = _n("These payouts are not on hold.")


class MinimumBelowZero(Invalid):
    """Nobody is paid out less than nothing."""

    param = "minimum_payout"
    default = _n("Enter a minimum from 0 up.")


class PayoutNotFound(NotFound):
    """Nobody who may know of it has such a payout."""

    default = _n("We could not find that payout.")
