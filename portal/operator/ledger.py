"""The ledger in an operator's words: debit and credit columns, and what they come to."""

from __future__ import annotations

from itertools import groupby

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.ledger.chart import Account
from shared.finance.ledger.queries import AccountTotal

# Account -> its name, and what stands in it.
ACCOUNTS = {
    Account.VENDOR_PAYABLE: ("Owed to vendors", "Their share of what was sold"),
    Account.VENDOR_RESERVED: (
        "Held back for vendors",
        "Of that, what is kept as a reserve",
    ),
    Account.VENDOR_RECEIVABLE: (
        "Owed by vendors",
        "What could not be taken back from their balance",
    ),
    Account.STRIPE_VENDOR: ("Vendors' balances", "What vendors hold at Stripe"),
    Account.STRIPE_HELD_VENDOR: (
        "Vendors' money in Stripe's reserve",
        "What Stripe holds back beside their balances",
    ),
    Account.BANK_VENDOR: (
        "On its way to vendors' banks",
        "Payouts that have not arrived yet",
    ),
    Account.STRIPE_PLATFORM: (
        "The platform's balance",
        "What the platform holds at Stripe",
    ),
    Account.STRIPE_HELD_PLATFORM: (
        "The platform's money in Stripe's reserve",
        "What Stripe holds back beside its balance",
    ),
    Account.BANK_PLATFORM: ("The platform's bank", "What was paid out to the platform"),
    Account.SHOPPERS_DUE: (
        "Owed to shoppers",
        "Refunds that are promised and have not left yet",
    ),
    Account.SUSPENSE: (
        "Unexplained",
        "Money that moved at Stripe and waits for a person",
    ),
    Account.COMMISSION: ("Commission", "What the platform earned"),
    Account.STRIPE_FEES: ("Stripe's fees", "What Stripe took for its work"),
    Account.DISPUTE_LOSSES: ("Dispute losses", "What disputes cost the platform"),
}


@frozen
class AccountLine:
    """One account: one of the two columns is filled."""

    name: str
    text: str
    debit: Money | None
    credit: Money | None
    entries: int


@frozen
class TrialBalance:
    """One currency: its accounts, and the two sums, which are the same as long as the books are
    right.
    """

    currency: str
    lines: tuple[AccountLine, ...]
    debits: Money
    credits: Money

    @property
    def balanced(self) -> bool:
        """Whether the books come to zero."""
        return self.debits == self.credits


def sheets(rows: list[AccountTotal]) -> list[TrialBalance]:
    """The trial balance, one sheet a currency; `rows` come sorted by currency."""
    found = []
    for currency, group in groupby(rows, key=lambda row: row.balance.currency):
        mine = list(group)
        found.append(
            TrialBalance(
                currency,
                tuple(_line(row) for row in mine),
                Money(
                    sum(row.balance.amount for row in mine if row.balance.amount > 0),
                    currency,
                ),
                Money(
                    -sum(row.balance.amount for row in mine if row.balance.amount < 0),
                    currency,
                ),
            )
        )
    return found


def _line(row: AccountTotal) -> AccountLine:
    name, text = ACCOUNTS[row.account]
    amount, currency = row.balance.amount, row.balance.currency
    return AccountLine(
        name,
        text,
        Money(amount, currency) if amount > 0 else None,
        Money(-amount, currency) if amount < 0 else None,
        row.entries,
    )
