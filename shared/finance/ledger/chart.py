"""The chart of accounts, and what a posting is. Pure.

Amounts are minor units; a positive entry is a debit, a negative one a credit, and each posting
comes to zero in each currency. What the platform or a vendor holds at Stripe are debit accounts;
what is owed to vendors is a credit account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

from shared.core.frozen import frozen


class Account(StrEnum):
    """Those that begin with `vendor_` or end with `_vendor` are kept per vendor."""

    VENDOR_PAYABLE = (
        "vendor_payable"  # what the vendor has earned and not been paid out
    )
    VENDOR_RESERVED = "vendor_reserved"  # of that, what is held back
    VENDOR_RECEIVABLE = (
        "vendor_receivable"  # what the platform advanced for the vendor, which owes it
    )
    STRIPE_VENDOR = (
        "stripe_vendor"  # the vendor's balance at Stripe, pending money included
    )
    # of the vendor's money at Stripe, what Stripe holds in reserve beside its balance
    STRIPE_HELD_VENDOR = "stripe_held_vendor"
    BANK_VENDOR = (
        "bank_vendor"  # on its way to the vendor's bank; zero once it has arrived
    )
    STRIPE_PLATFORM = (
        "stripe_platform"  # the platform's balance at Stripe, pending money included
    )
    STRIPE_HELD_PLATFORM = "stripe_held_platform"  # the same of the platform's own
    BANK_PLATFORM = "bank_platform"  # what was paid out to the platform's bank
    SHOPPERS_DUE = "shoppers_due"  # refunds that are promised and have not left yet
    SUSPENSE = (
        "suspense"  # money that moved at Stripe and that nobody could explain yet
    )
    COMMISSION = "commission"  # what the platform earned
    # what the platform paid of prices that its own codes took off
    MARKETPLACE_DISCOUNTS = "marketplace_discounts"
    STRIPE_FEES = "stripe_fees"  # what Stripe took for its work
    # what the platform lost: dispute fees, and what no vendor can bear
    DISPUTE_LOSSES = "dispute_losses"


# What our balances at Stripe are made of.
AT_STRIPE = (Account.STRIPE_PLATFORM, Account.STRIPE_VENDOR)
# What the platform's days are added up of.
EARNED = (Account.COMMISSION, Account.MARKETPLACE_DISCOUNTS)
OF_VENDORS = frozenset(
    {
        Account.VENDOR_PAYABLE,
        Account.VENDOR_RESERVED,
        Account.VENDOR_RECEIVABLE,
        Account.STRIPE_VENDOR,
        Account.STRIPE_HELD_VENDOR,
        Account.BANK_VENDOR,
    }
)

# What the platform has of a sale, and pays of one: always some vendor's sale.
OF_SALES = frozenset({Account.COMMISSION, Account.MARKETPLACE_DISCOUNTS})


class Unbalanced(ValueError):
    """A posting that does not come to zero: a programming error, refused before and by the
    database.
    """


@frozen
class Entry:
    """One line of a posting: minor units of `currency` (upper case), and the Stripe object that
    they came from.
    """

    account: Account
    amount: int
    currency: str
    stripe_id: str
    vendor_id: int | None = None

    def __post_init__(self) -> None:
        if (self.account in OF_VENDORS) != (self.vendor_id is not None):
            raise ValueError(
                f"{self.account} is {'' if self.account in OF_VENDORS else 'not '}kept per vendor"
            )


@frozen
class Posting:
    """One fact with its entries.

    `key` names the fact: the same one is never posted twice. No entries: nothing to post.
    """

    kind: str
    key: str
    subject: str  # order:12
    entries: tuple[Entry, ...]
    vendor_id: int | None = None  # whose it is, asked where no entry says so

    def __post_init__(self) -> None:
        if sums := {
            currency: total for currency, total in totals(self.entries).items() if total
        }:
            raise Unbalanced(f"{self.key} does not come to zero: {sums}")
        if self.owner is None and self._is_of_a_sale:
            raise ValueError(f"{self.key} does not say whose sale it is about")

    @property
    def owner(self) -> int | None:
        """The vendor that it is about, if any."""
        return self.named_owner or self.vendor_id

    @property
    def unnamed_owner(self) -> int | None:
        """That vendor, where no entry names it."""
        return self.vendor_id if self.named_owner is None else None

    @property
    def named_owner(self) -> int | None:
        """That vendor, where an entry names it."""
        for entry in self.entries:
            if entry.vendor_id is not None:
                return entry.vendor_id
        return None

    @property
    def _is_of_a_sale(self) -> bool:
        return any(entry.account in OF_SALES for entry in self.entries)


def totals(entries: Iterable[Entry]) -> dict[str, int]:
    """What entries come to in each currency."""
    found: dict[str, int] = defaultdict(int)
    for entry in entries:
        found[entry.currency] += entry.amount
    return dict(found)


def lines(
    currency: str,
    stripe_id: str,
    *parts: tuple[Account, int, int | None],
) -> tuple[Entry, ...]:
    """Entries of one currency from one Stripe object; nothing is written down for zero."""
    return tuple(
        Entry(account, amount, currency, stripe_id, vendor)
        for account, amount, vendor in parts
        if amount
    )
