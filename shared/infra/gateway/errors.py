"""What can go wrong between us and Stripe; the SDK's own errors stay inside this package."""

from __future__ import annotations

from shared.core.errors import MarketError, TryLater
from shared.core.locales import gettext_noop as _n


class StripeUnavailable(TryLater):
    """Stripe could not be reached, failed, or is limiting us. The outcome of a write is unknown."""

    code = "payment_provider_unavailable"
    default = _n(
        "Our payment provider is not answering right now. Nothing is lost; please try again "
        "in a moment."
    )

    def __init__(
        self,
        message: str | None = None,
        *,
        log: str | None = None,
        replayed: bool = False,
    ) -> None:
        super().__init__(message, log=log)
        # The stored failure of an earlier try under the same key:
        # repeating that key can never succeed (stripe-facts 4.6).
        self.replayed = replayed


class StandsStill(StripeUnavailable):
    """Nothing moves money: the database was restored, and nobody has acknowledged it.

    To whoever asked it is as if Stripe did not answer: what was written down waits, and goes
    through later under its key.
    """

    code = "standing_still"
    default = _n(
        "We are being set up again after a restore, and no money moves until that is done. "
        "Please try again later."
    )


class StripeRefused(MarketError):
    """Stripe understood and said no (a 4xx that no repetition mends).

    `stripe_code` is for the log and for decisions, not for people.
    """

    status = 502
    code = "payment_provider_refused"
    default = _n(
        "Our payment provider did not accept this. We have noted it and will look into it."
    )

    def __init__(
        self,
        message: str | None = None,
        *,
        stripe_code: str | None = None,
        param: str | None = None,
        log: str | None = None,
    ) -> None:
        self.stripe_code = stripe_code
        super().__init__(message, log=log)
        self.stripe_param = param


class StripeMissing(StripeRefused):
    """The object does not exist at Stripe, or is not ours."""


class CardDeclined(MarketError):
    """A card was refused.

    The message is the SDK's `user_message`, the only text of Stripe's that may reach a shopper.
    """

    status = 402
    code = "card_declined"
    default = _n("The card was declined. Please try another card.")


class InsideTransaction(RuntimeError):
    """A programming error: the gateway was called while a database transaction was open."""
