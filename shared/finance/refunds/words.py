"""A refund's states, and why it waits or failed, in words. Pure."""

from __future__ import annotations

from shared.core.locales import gettext as _
from shared.finance.refunds.rules import RefundState

# Kind of badge and word.
STATES = {
    RefundState.AWAITING_APPROVAL: ("warn", "Waits for the marketplace"),
    RefundState.DECLINED: ("plain", "Declined"),
    RefundState.OPENING: ("info", "Being sent"),
    RefundState.REFUSED: ("bad", "Not accepted"),
    RefundState.PENDING: ("info", "On its way"),
    RefundState.REQUIRES_ACTION: ("warn", "Shopper must act"),
    RefundState.SUCCEEDED: ("ok", "Refunded"),
    RefundState.FAILED: ("bad", "Did not arrive"),
    RefundState.CANCELED: ("plain", "Called back"),
}
_PENDING = {
    "insufficient_funds": (
        "It waits for money: the marketplace’s balance at Stripe is short at the moment. Stripe "
        "tries again every day."
    ),
    "charge_pending": "The shopper’s own payment has not arrived yet. The refund follows it.",
    "processing": "The shopper’s bank is working on it.",
}
_FAILED = {
    "lost_or_stolen_card": "The card was lost or stolen.",
    "expired_or_canceled_card": "The card has expired or was cancelled.",
    "charge_for_pending_refund_disputed": (
        "The shopper’s bank took the payment back before the refund was sent."
    ),
    "insufficient_funds": "There was not enough money in the marketplace’s balance at Stripe.",
    "declined": "The shopper’s bank did not accept it.",
    "merchant_request": "It was called back on request.",
}
_REFUSED = {
    "charge_already_refunded": "Stripe says that this payment was given back already.",
    "charge_disputed": (
        "The shopper’s bank has taken this payment back, so it cannot be refunded as well."
    ),
    "amount_too_large": "It is more than what Stripe says is left of this payment.",
    "balance_insufficient": "There is not enough money in the balance at Stripe.",
}


_WAITS = {
    "payment_provider_unavailable": "Stripe does not answer just now.",
    "standing_still": (
        "The marketplace is being set up again after a restore, and no money moves until that is "
        "done."
    ),
    "refund_waits": "An earlier refund of this order has to be answered first.",
    "charge_not_ready": "Stripe is still booking the shopper’s payment, which takes some seconds.",
}


def waits_for(code: str | None) -> str:
    """What keeps a refund that is written down from being sent at once, by the code of the
    error.
    """
    return _WAITS.get(code or "", "Stripe has not taken it on yet.")


def why_failed(reason: str | None) -> str:
    """Why a refund did not arrive; Stripe does not always know."""
    return _FAILED.get(reason or "", "The bank did not say why.")


def why_refused(code: str | None, param: str | None) -> str:
    """Why Stripe did not accept a refund."""
    if code is None and param == "amount":
        code = "amount_too_large"
    return _REFUSED.get(
        code or "", "Stripe did not accept it. We have noted why, and look into it."
    )


def detail(
    state: RefundState,
    *,
    pending_reason: str | None,
    failure_reason: str | None,
    refusal: str,
) -> str | None:
    """One sentence more about a state, for the vendor and the operator; None when the word says it
    all.
    """
    match state:
        case RefundState.AWAITING_APPROVAL:
            return (
                "It is above the limit, so the marketplace looks at it first. Nothing has moved "
                "yet."
            )
        case RefundState.OPENING:
            return "Stripe has not answered yet. It is asked again by itself."
        case RefundState.PENDING:
            return _PENDING.get(pending_reason or "", _PENDING["processing"])
        case RefundState.REQUIRES_ACTION:
            return "The shopper got a mail and must say where the money should go."
        case RefundState.FAILED:
            return f"{why_failed(failure_reason)} You have the money again."
        case RefundState.CANCELED:
            return "Nothing was given back; you have the money again."
        case RefundState.REFUSED | RefundState.DECLINED:
            return refusal or None
        case RefundState.SUCCEEDED:
            return None


def for_shopper(state: RefundState) -> tuple[str, str, str] | None:
    """Kind, word and sentence for the shopper; None for what never concerned them."""
    match state:
        case RefundState.SUCCEEDED:
            return (
                "ok",
                _("Paid back"),
                _("It goes to what you paid with; banks usually take 5 to 10 days to show it."),
            )
        case RefundState.OPENING | RefundState.PENDING:
            return (
                "info",
                _("On its way"),
                _("It goes to what you paid with. We write to you when it has been sent."),
            )
        case RefundState.REQUIRES_ACTION:
            return "warn", _("Needs you"), _("You have a mail that asks where the money should go.")
        case RefundState.FAILED:
            return (
                "bad",
                _("Did not arrive"),
                _("Your bank did not take it. The shop knows, and will find another way."),
            )
    return None
