"""From a fact about money to its posting. Pure.

Amounts are minor units; a positive entry is a debit, a negative one a credit, and each posting comes to nought in each
currency. What the platform or a vendor holds at Stripe are debit accounts; what is owed to vendors is a credit account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Account(StrEnum):
    """The chart of accounts. The first three and `stripe_vendor`, `bank_vendor` are kept per vendor."""

    VENDOR_PAYABLE = "vendor_payable"  # what the vendor has earned and not been paid out
    VENDOR_RESERVED = "vendor_reserved"  # of that, what is held back
    VENDOR_RECEIVABLE = "vendor_receivable"  # what the vendor owes the platform
    STRIPE_VENDOR = "stripe_vendor"  # the vendor's balance at Stripe
    BANK_VENDOR = "bank_vendor"  # what arrived at the vendor's bank
    STRIPE_PLATFORM = "stripe_platform"  # the platform's balance at Stripe
    BANK_PLATFORM = "bank_platform"  # what arrived at the platform's bank
    COMMISSION = "commission"  # what the platform earned
    STRIPE_FEES = "stripe_fees"  # what Stripe took for its work
    DISPUTE_LOSSES = "dispute_losses"  # what the platform lost to disputes


OF_VENDORS = frozenset(
    {
        Account.VENDOR_PAYABLE,
        Account.VENDOR_RESERVED,
        Account.VENDOR_RECEIVABLE,
        Account.STRIPE_VENDOR,
        Account.BANK_VENDOR,
    }
)


class Unbalanced(ValueError):
    """A posting that does not come to nought: a programming error, refused before and by the database."""


@dataclass(frozen=True)
class Entry:
    """One line of a posting: minor units of `currency` (upper case), and the Stripe object that they came from."""

    account: Account
    amount: int
    currency: str
    stripe_id: str
    vendor_id: int | None = None

    def __post_init__(self) -> None:
        if (self.account in OF_VENDORS) != (self.vendor_id is not None):
            raise ValueError(f"{self.account} is {'' if self.account in OF_VENDORS else 'not '}kept per vendor")


@dataclass(frozen=True)
class Posting:
    """One fact with its entries. `key` names the fact: the same one is never posted twice."""

    kind: str
    key: str
    subject: str  # order:12
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if sums := {currency: total for currency, total in totals(self.entries).items() if total}:
            raise Unbalanced(f"{self.key} does not come to nought: {sums}")


def totals(entries: Iterable[Entry]) -> dict[str, int]:
    """What entries come to in each currency."""
    found: dict[str, int] = defaultdict(int)
    for entry in entries:
        found[entry.currency] += entry.amount
    return dict(found)


@dataclass(frozen=True)
class Sale:
    """A payment that succeeded: what the shopper paid and of it the platform's commission, in minor units."""

    payment_id: int
    order_id: int
    vendor_id: int
    currency: str
    total: int
    commission: int
    stripe_id: str  # the payment intent's


def sale(fact: Sale) -> Posting:
    """The vendor has earned its share, which lies in its Stripe balance; the commission in the platform's."""
    share = fact.total - fact.commission
    if not 0 <= fact.commission < fact.total:
        raise ValueError(f"a commission of {fact.commission} on {fact.total}")
    return Posting(
        "sale",
        f"sale:{fact.payment_id}",
        f"order:{fact.order_id}",
        _entries(
            fact.currency,
            fact.stripe_id,
            (Account.STRIPE_VENDOR, share, fact.vendor_id),
            (Account.VENDOR_PAYABLE, -share, fact.vendor_id),
            (Account.STRIPE_PLATFORM, fact.commission, None),
            (Account.COMMISSION, -fact.commission, None),
        ),
    )


@dataclass(frozen=True)
class StripeFee:
    """What Stripe took for a payment, as its balance transaction says, in minor units."""

    payment_id: int
    order_id: int
    currency: str
    amount: int
    stripe_id: str  # the balance transaction's


def stripe_fee(fact: StripeFee) -> Posting:
    """Of destination charges Stripe's fee is the platform's."""
    return Posting(
        "stripe_fee",
        f"stripe_fee:{fact.payment_id}",
        f"order:{fact.order_id}",
        _entries(
            fact.currency,
            fact.stripe_id,
            (Account.STRIPE_FEES, fact.amount, None),
            (Account.STRIPE_PLATFORM, -fact.amount, None),
        ),
    )


def _entries(currency: str, stripe_id: str, *lines: tuple[Account, int, int | None]) -> tuple[Entry, ...]:
    """Entries of one currency from one Stripe object; nothing is written down for nought."""
    return tuple(Entry(account, amount, currency, stripe_id, vendor) for account, amount, vendor in lines if amount)
