"""What Stripe says of money that moves after a sale, as plain data: balances, refunds, transfers, disputes, payouts, events.

Amounts are integers in minor units, currencies upper case, times aware UTC. Ids are Stripe's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class BalanceLine:
    """What an account holds in one currency. `available` may be negative; `instant` is what can leave at once.

    `instant_net` is what of that arrives after the platform's fee, by the bank or card that it can go to.
    """

    currency: str
    available: int
    pending: int
    instant: int = 0
    reserved: int = 0  # connect_reserved: what Stripe keeps back for negative vendor balances
    instant_net: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.available + self.pending


@dataclass(frozen=True)
class BalanceTransaction:
    """One row of an account's books at Stripe. `source` is the object that caused it.

    `links` are the ids that this object names, by field (payment_intent, source_transaction ...), where a list told them.
    `balance_type` says which of the account's balances it moves: `payments` is what `get_balance` tells.
    """

    id: str
    type: str
    amount: int
    fee: int
    net: int
    currency: str
    source: str | None
    available_on: datetime
    created: datetime
    reporting_category: str
    links: Mapping[str, str] = field(default_factory=dict)
    balance_type: str = "payments"


@dataclass(frozen=True)
class Refund:
    """A refund as it is now. `transfer_reversal` and both balance transactions are ids, None until they exist."""

    id: str
    status: str
    amount: int
    currency: str
    charge: str | None
    payment_intent: str | None
    balance_transaction: str | None
    failure_balance_transaction: str | None
    pending_reason: str | None
    failure_reason: str | None
    transfer_reversal: str | None
    created: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NewRefund:
    """A refund to ask for. Without `reverse_transfer` the platform alone pays (stripe.md section 12)."""

    payment_intent: str
    amount: int
    reverse_transfer: bool
    refund_application_fee: bool
    reason: str | None  # duplicate | requested_by_customer; never fraudulent, which blocks card and email
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class Transfer:
    """Money that went to a connected account."""

    id: str
    amount: int
    amount_reversed: int
    currency: str
    destination: str
    destination_payment: str | None
    source_transaction: str | None
    transfer_group: str | None
    balance_transaction: str | None
    created: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NewTransfer:
    """Money to send to a connected account out of one charge, which needs no available balance (stripe.md section 5 of features)."""

    amount: int
    currency: str
    destination: str
    source_transaction: str
    transfer_group: str
    metadata: Mapping[str, str]


@dataclass(frozen=True)
class Reversal:
    """Money that came back from a connected account. `fee_refund` is the commission that went the other way with it."""

    id: str
    transfer: str
    amount: int
    currency: str
    balance_transaction: str | None
    source_refund: str | None
    created: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ApplicationFee:
    """The commission of one charge, or the fee of one instant payout, as Stripe keeps it."""

    id: str
    amount: int
    amount_refunded: int
    currency: str
    account: str
    originating_transaction: str | None


@dataclass(frozen=True)
class FeeRefund:
    """Commission that was given back to a vendor."""

    id: str
    fee: str
    amount: int
    currency: str
    balance_transaction: str | None
    created: datetime


@dataclass(frozen=True)
class Dispute:
    """A dispute as it is now. `transactions` are its own balance transactions: none for an inquiry, then out, then back in."""

    id: str
    status: str
    amount: int
    currency: str
    reason: str
    charge: str
    payment_intent: str | None
    is_inquiry: bool
    is_charge_refundable: bool
    due_by: datetime | None
    has_evidence: bool
    past_due: bool
    submission_count: int
    evidence: Mapping[str, str]
    network_reason_code: str | None
    transactions: tuple[BalanceTransaction, ...]
    created: datetime


@dataclass(frozen=True)
class StoredFile:
    """A file that Stripe keeps. `kind` is what Stripe found in it: pdf, jpg or png."""

    id: str
    kind: str
    size: int
    expires_at: datetime | None


@dataclass(frozen=True)
class FraudWarning:
    """A card's issuer reports fraud before anybody disputes. Not `actionable` any more once it is refunded or disputed."""

    id: str
    charge: str
    payment_intent: str | None
    actionable: bool
    created: datetime


@dataclass(frozen=True)
class Payout:
    """Money on its way from an account to a bank. `arrives_on` is Stripe's estimate until it is paid.

    `application_fee` is what the platform takes for an instant one.
    """

    id: str
    status: str
    amount: int
    currency: str
    method: str
    automatic: bool
    arrives_on: datetime
    destination: str | None
    failure_code: str | None
    failure_message: str | None
    balance_transaction: str | None
    failure_balance_transaction: str | None
    trace_id: str | None
    created: datetime
    application_fee: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class MissedEvent:
    """An event of Stripe's own list, with its body as a webhook would have brought it."""

    id: str
    type: str
    created: datetime
    account: str | None
    body: str
