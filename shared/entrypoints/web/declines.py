"""Why a card was not taken.

Stripe's server tells it in English; its common sentences are in the catalogues.
"""

from __future__ import annotations

from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n

# Stripe's messages by error code: docs.stripe.com/error-codes. One that is not here is shown as it
# came.
COMMON = (
    _n("Your card was declined."),
    _n("Your card has insufficient funds."),
    _n("Your card's security code is incorrect."),
    _n("Your card has expired."),
    _n("An error occurred while processing your card. Try again in a little bit."),
    _n("Your card number is incorrect."),
    _n("Your card was declined. This transaction requires authentication."),
)


def said(message: str | None, otherwise: str) -> str:
    """A reason in the language spoken here; `otherwise`, which is translated already, where none
    was given.
    """
    return _(message) if message else otherwise


def spoken() -> tuple[tuple[str, str], ...]:
    """The common sentences with what they are in the language spoken here, for the payment page's
    script: Stripe.js may leave them in English.
    """
    return tuple((each, _(each)) for each in COMMON)
