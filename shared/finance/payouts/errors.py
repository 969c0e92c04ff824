"""What can stop a payout, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict


class PayoutHeld(Conflict):
    """The operator holds this vendor's payouts back."""

    code = "payout_held"
    default = "Your payouts are on hold. The payouts page says why."


class NothingToPayOut(Conflict):
    """There is no amount that could be sent now."""

    code = "nothing_to_pay_out"
    default = "There is nothing that could be paid out at the moment."


class AmountChanged(Conflict):
    """What was shown is not what is there any more."""

    code = "payout_amount_changed"
    default = "The amount has changed in the meantime. Nothing was sent; please look again."


class NotCancelable(Conflict):
    """The payout is on its way already, or was made by Stripe's own schedule."""

    code = "payout_not_cancelable"
    default = (
        "This payout can no longer be called back: it is on its way to your bank, or has ended."
    )


class PayoutRefused(Conflict):
    """Stripe did not make the payout; the message says why."""

    code = "payout_refused"
    default = "Stripe did not make this payout. Nothing was sent."
