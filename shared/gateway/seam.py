"""What Markethall asks of Stripe: one Protocol and the plain data that goes through it.

Nothing above this package knows the SDK. Amounts are integers in minor units, currencies upper case, times aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.errors import MarketError, TryLater
from shared.gateway.objects import (
    ApplicationFee,
    BalanceLine,
    BalanceTransaction,
    Bank,
    Dispute,
    FeeRefund,
    MissedEvent,
    NewRefund,
    NewTransfer,
    Payout,
    Refund,
    Reversal,
    Transfer,
)


class StripeUnavailable(TryLater):
    """Stripe could not be reached, answered with a failure of its own, or is limiting us. The outcome of a write is unknown."""

    code = "payment_provider_unavailable"
    default = "Our payment provider is not answering right now. Nothing is lost; please try again in a moment."

    def __init__(self, message: str | None = None, *, log: str | None = None, replayed: bool = False) -> None:
        super().__init__(message, log=log)
        # The stored failure of an earlier try under the same key: repeating that key can never succeed (stripe.md section 4).
        self.replayed = replayed


class StripeRefused(MarketError):
    """Stripe understood and said no (a 4xx that no repetition mends). `stripe_code` is for the log and for decisions, not for people."""

    status = 502
    code = "payment_provider_refused"
    default = "Our payment provider did not accept this. We have noted it and will look into it."

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

    @property
    def transfers_active(self) -> bool:
        return self.capabilities.get("transfers") == "active"


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
    """

    amount: int
    currency: str
    destination: str
    fee: int
    description: str
    metadata: Mapping[str, str]
    transfer_group: str
    statement_suffix: str | None = None


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


class Gateway(Protocol):
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

    async def create_payment_intent(self, new: NewIntent, *, key: str) -> Intent: ...

    async def get_payment_intent(self, intent_id: str) -> Intent: ...

    async def cancel_payment_intent(self, intent_id: str, *, key: str) -> Intent: ...

    async def get_charge(self, charge_id: str) -> Charge: ...

    # Balances. `account` None is the platform's own; lists come whole, oldest first, `since` by creation.

    async def get_balance(self, account: str | None = None) -> tuple[BalanceLine, ...]: ...

    async def list_balance_transactions(
        self, account: str | None = None, *, payout: str | None = None, since: datetime | None = None
    ) -> list[BalanceTransaction]: ...

    # Refunds, and what comes back from a vendor or goes to it again.

    async def create_refund(self, new: NewRefund, *, key: str) -> Refund: ...

    async def get_refund(self, refund_id: str) -> Refund: ...

    async def cancel_refund(self, refund_id: str, *, key: str) -> Refund: ...

    async def list_refunds(
        self, *, payment_intent: str | None = None, since: datetime | None = None
    ) -> list[Refund]: ...

    async def get_transfer(self, transfer_id: str) -> Transfer: ...

    async def create_transfer(self, new: NewTransfer, *, key: str) -> Transfer: ...

    async def list_transfers(
        self, *, transfer_group: str | None = None, since: datetime | None = None
    ) -> list[Transfer]: ...

    async def create_reversal(
        self, transfer_id: str, *, amount: int, metadata: Mapping[str, str], key: str
    ) -> Reversal: ...

    async def list_reversals(self, transfer_id: str) -> list[Reversal]: ...

    async def get_application_fee(self, fee_id: str) -> ApplicationFee: ...

    async def create_fee_refund(
        self, fee_id: str, *, amount: int, metadata: Mapping[str, str], key: str
    ) -> FeeRefund: ...

    async def list_fee_refunds(self, fee_id: str) -> list[FeeRefund]: ...

    # Disputes.

    async def get_dispute(self, dispute_id: str) -> Dispute: ...

    async def list_disputes(
        self, *, payment_intent: str | None = None, since: datetime | None = None
    ) -> list[Dispute]: ...

    async def update_dispute(
        self, dispute_id: str, *, evidence: Mapping[str, str], submit: bool, key: str
    ) -> Dispute: ...

    async def close_dispute(self, dispute_id: str, *, key: str) -> Dispute: ...

    # Payouts, and where they go.

    async def list_banks(self, account: str) -> list[Bank]: ...

    async def create_payout(
        self, account: str, *, amount: int, currency: str, instant: bool, metadata: Mapping[str, str], key: str
    ) -> Payout: ...

    async def get_payout(self, payout_id: str, *, account: str | None) -> Payout: ...

    async def cancel_payout(self, payout_id: str, *, account: str, key: str) -> Payout: ...

    async def list_payouts(self, account: str | None = None, *, since: datetime | None = None) -> list[Payout]: ...

    # What we may have missed.

    async def list_payment_intents(self, *, since: datetime | None = None) -> list[Intent]: ...

    async def list_events(
        self, account: str | None = None, *, since: datetime, undelivered: bool = False
    ) -> list[MissedEvent]: ...

    async def close(self) -> None: ...
