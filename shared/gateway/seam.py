"""What Markethall asks of Stripe: one Protocol and the plain data that goes through it.

Nothing above this package knows the SDK. Amounts are integers in minor units, currencies upper case, times aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from shared.errors import MarketError, TryLater
from shared.gateway.money_seam import MoneyGateway
from shared.gateway.saving import SavingGateway
from shared.locales import gettext_noop as _n

# Stripe forgets a key after a day at the earliest (stripe.md section 4). One that is older may make the thing a second time.
KEYS_LAST = timedelta(hours=20)
# The capabilities that a destination charge rests on: the money reaches the vendor, shoppers pay by card.
SELLING_NEEDS = ("transfers", "card_payments")


class StripeUnavailable(TryLater):
    """Stripe could not be reached, answered with a failure of its own, or is limiting us. The outcome of a write is unknown."""

    code = "payment_provider_unavailable"
    default = _n("Our payment provider is not answering right now. Nothing is lost; please try again in a moment.")

    def __init__(self, message: str | None = None, *, log: str | None = None, replayed: bool = False) -> None:
        super().__init__(message, log=log)
        # The stored failure of an earlier try under the same key: repeating that key can never succeed (stripe.md section 4).
        self.replayed = replayed


class StandsStill(StripeUnavailable):
    """Nothing moves money yet: the database was restored from a backup and nobody has acknowledged what was found since.

    To whoever asked it is as if Stripe did not answer: what was written down waits, and goes through later under its key.
    """

    code = "standing_still"
    default = _n(
        "We are being set up again after a restore, and no money moves until that is done. Please try again later."
    )


class StripeRefused(MarketError):
    """Stripe understood and said no (a 4xx that no repetition mends). `stripe_code` is for the log and for decisions, not for people."""

    status = 502
    code = "payment_provider_refused"
    default = _n("Our payment provider did not accept this. We have noted it and will look into it.")

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
    """A card was refused; the message is the SDK's `user_message`, the only Stripe text that may reach a shopper."""

    status = 402
    code = "card_declined"


class InsideTransaction(RuntimeError):
    """A programming error: the gateway was called while a database transaction was open."""


@dataclass(frozen=True)
class AccountDetails:
    """What the vendor told us when connecting. Only what is certain is prefilled (defect 36 of the seed)."""

    country: str
    business_type: str | None  # individual | company | non_profit | None
    business_name: str
    email: str
    phone: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class RequirementError:
    """Why something that was given has to be given again; `reason` is Stripe's own English."""

    code: str
    reason: str
    requirement: str


@dataclass(frozen=True)
class Alternative:
    """What may be given instead of what is due."""

    original: tuple[str, ...]
    alternative: tuple[str, ...]


@dataclass(frozen=True)
class FutureRequirements:
    """What Stripe has announced that it will ask for."""

    currently_due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    pending_verification: tuple[str, ...] = ()
    errors: tuple[RequirementError, ...] = ()
    current_deadline: datetime | None = None


@dataclass(frozen=True)
class ExternalAccount:
    """A bank account or debit card that payouts go to. `name` is the bank's or the card's brand."""

    id: str
    name: str
    last4: str
    currency: str
    status: str  # new | validated | verified | verification_failed | errored | tokenized_account_number_deactivated
    default_for_currency: bool


@dataclass(frozen=True)
class Capability:
    """One thing that Stripe lets an account do, and what keeps it off or soon will."""

    name: str  # transfers | card_payments | ...
    status: str  # active | inactive | pending | unrequested
    disabled_reason: str | None = None
    currently_due: tuple[str, ...] = ()
    current_deadline: datetime | None = None


@dataclass(frozen=True)
class Account:
    """A connected account as Stripe describes it now."""

    id: str
    country: str | None
    email: str | None
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    capabilities: Mapping[str, str]
    disabled_reason: str | None
    currently_due: tuple[str, ...]
    past_due: tuple[str, ...]
    pending_verification: tuple[str, ...]
    default_currency: str | None
    current_deadline: datetime | None = None
    errors: tuple[RequirementError, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    future_requirements: FutureRequirements = field(default_factory=FutureRequirements)
    external_accounts: tuple[ExternalAccount, ...] = ()
    abilities: tuple[Capability, ...] = ()  # with their reasons, where the account was read and all is not well

    @property
    def transfers_active(self) -> bool:
        return self.capabilities.get("transfers") == "active"

    @property
    def is_well(self) -> bool:
        """Whether everything that selling needs is on and nothing is asked for."""
        owes = self.currently_due or self.past_due or self.current_deadline or self.disabled_reason
        return not owes and all(self.capabilities.get(name) == "active" for name in SELLING_NEEDS)


@dataclass(frozen=True)
class PayoutSettings:
    """An account's payout schedule: interval is manual, daily, weekly or monthly. `minimum_balance` is what Stripe keeps back, per currency."""

    interval: str
    weekly_days: tuple[str, ...] = ()
    monthly_days: tuple[int, ...] = ()
    minimum_balance: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class NewIntent:
    """A destination charge to ask for. `fee` 0 is left out of the request (Stripe refuses an explicit 0).

    There is no `receipt_email`: our own mail is the receipt, and it follows the contact as it is when the money arrives.
    `customer`: whose saved methods may pay, and who may save another; None for guests. Whether a method is set up for later
    is for the shopper to say, so nothing is said of it here.
    """

    amount: int
    currency: str
    destination: str
    fee: int
    description: str
    metadata: Mapping[str, str]
    transfer_group: str
    statement_suffix: str | None = None
    customer: str | None = None


@dataclass(frozen=True)
class Intent:
    """A PaymentIntent as Stripe describes it now."""

    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    client_secret: str = field(repr=False)
    destination: str | None = None
    application_fee: int = 0
    latest_charge: str | None = None
    error_code: str | None = None
    error_message: str | None = None  # fit for the shopper: only set when the error is a card's
    has_error: bool = False
    payment_method_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    customer: str | None = None
    saved: bool = False  # the shopper asked for its method to be kept


@dataclass(frozen=True)
class Charge:
    """A charge with what follows it; transfer, fee and balance transaction may come a moment after the charge itself."""

    id: str
    payment_intent: str | None
    transfer: str | None
    application_fee: str | None
    balance_transaction: str | None
    stripe_fee: int | None
    payment_method_type: str | None
    paid: bool
    amount: int = 0
    amount_refunded: int = 0
    currency: str = ""
    disputed: bool = False
    available_on: datetime | None = None  # when the vendor's share can be paid out
    statement_descriptor: str | None = None  # as it stands on the card statement


@dataclass(frozen=True)
class VerifiedEvent:
    """The envelope of a webhook event whose signature was right. The object inside is a nudge, not a fact."""

    id: str
    type: str
    created_at: datetime
    livemode: bool
    api_version: str | None
    account: str | None
    object_id: str | None
    object_type: str | None
    related_intent: str | None = None  # for charges: the PaymentIntent they belong to
    related_customer: str | None = None  # for payment methods and setups: whose they are, or were until now


class Gateway(MoneyGateway, SavingGateway, Protocol):
    """Stripe, as far as Markethall needs it.

    Every method raises InsideTransaction when a database transaction is open, StripeUnavailable when the outcome is unknown,
    StripeRefused / StripeMissing when Stripe said no. Every write takes the idempotency key that the caller stored first.
    """

    async def create_account(self, details: AccountDetails, *, vendor_id: int, key: str) -> Account: ...

    async def get_account(self, account_id: str) -> Account: ...

    async def create_account_link(self, account_id: str, *, refresh_url: str, return_url: str) -> str: ...

    async def create_login_link(self, account_id: str) -> str: ...

    async def get_payout_settings(self, account_id: str) -> PayoutSettings: ...

    async def set_payout_settings(self, account_id: str, settings: PayoutSettings, *, key: str) -> PayoutSettings: ...

    async def get_statement_prefix(self) -> str: ...

    async def create_payment_intent(self, new: NewIntent, *, key: str) -> Intent: ...

    async def get_payment_intent(self, intent_id: str) -> Intent: ...

    async def cancel_payment_intent(self, intent_id: str, *, key: str) -> Intent: ...

    async def get_charge(self, charge_id: str) -> Charge: ...

    async def close(self) -> None: ...
