"""A refund's states, in the shopper's words. Pure."""

from __future__ import annotations

from shared.core.locales import gettext as _
from shared.finance.refunds.rules import RefundState

# Stripe's reason where the platform's balance does not cover a refund (stripe-facts 12).
_SHORT = "insufficient_funds"


def for_shopper(
    state: RefundState,
    pending_reason: str | None = None,
) -> tuple[str, str, str] | None:
    """Kind, word and sentence for the shopper; None for what never concerned them."""
    if state is RefundState.PENDING and pending_reason == _SHORT:
        return "info", _("Not sent yet"), _waits_for_money()
    match state:
        case RefundState.SUCCEEDED:
            return (
                "ok",
                _("Paid back"),
                _(
                    "It goes to what you paid with; banks usually take 5 to 10 days to show it."
                ),
            )
        case RefundState.OPENING | RefundState.PENDING:
            return (
                "info",
                _("On its way"),
                _(
                    "It goes to what you paid with. We write to you when it has been sent."
                ),
            )
        case RefundState.REQUIRES_ACTION:
            return (
                "warn",
                _("Needs you"),
                _("You have a mail that asks where the money should go."),
            )
        case RefundState.FAILED:
            return (
                "bad",
                _("Did not arrive"),
                _(
                    "Your bank did not take it. The shop knows, and will find another way."
                ),
            )
    return None


def _waits_for_money() -> str:
    return _(
        "It waits for money in the marketplace’s account and is then sent by itself."
        " We write to you when it has been sent."
    )
