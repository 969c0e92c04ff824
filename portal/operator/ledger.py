"""The ledger in an operator's words: debit and credit columns, and what they come to."""

from __future__ import annotations

from itertools import groupby

from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.money import Money
from shared.finance.ledger.chart import Account
from shared.finance.ledger.queries import AccountTotal

# Account -> its name, and what stands in it.
ACCOUNTS = {
    Account.VENDOR_PAYABLE: (_n("Owed to vendors"), _n("Their share of what was sold")),
    Account.VENDOR_RESERVED: (
        _n("Held back for vendors"),
        _n("Of that, what is kept as a reserve"),
    ),
    Account.VENDOR_RECEIVABLE: (
        _n("Owed by vendors"),
        _n("What could not be taken back from their balance"),
    ),
    Account.STRIPE_VENDOR: (_n("Vendors' balances"), _n("What vendors hold at Stripe")),
    Account.STRIPE_HELD_VENDOR: (
        _n("Vendors' money in Stripe's reserve"),
        _n("What Stripe holds back beside their balances"),
    ),
    Account.BANK_VENDOR: (
        _n("On its way to vendors' banks"),
        _n("Payouts that have not arrived yet"),
    ),
    Account.STRIPE_PLATFORM: (
        _n("The platform's balance"),
        _n("What the platform holds at Stripe"),
    ),
    Account.STRIPE_HELD_PLATFORM: (
        _n("The platform's money in Stripe's reserve"),
        _n("What Stripe holds back beside its balance"),
    ),
    Account.BANK_PLATFORM: (
        _n("The platform's bank"),
        _n("What was paid out to the platform"),
    ),
    Account.SHOPPERS_DUE: (
        _n("Owed to shoppers"),
        _n("Refunds that are promised and have not left yet"),
    ),
    Account.SUSPENSE: (
        _n("Unexplained"),
        _n("Money that moved at Stripe and waits for a person"),
    ),
    Account.COMMISSION: (_n("Commission"), _n("What the platform earned")),
    Account.MARKETPLACE_DISCOUNTS: (
        _n("The marketplace's discounts"),
        _n("What the platform paid of prices that its own codes took off"),
    ),
    Account.STRIPE_FEES: (_n("Stripe's fees"), _n("What Stripe took for its work")),
    Account.DISPUTE_LOSSES: (
        _n("Dispute losses"),
        _n("What disputes cost the platform"),
    ),
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
        _(name),
        _(text),
        Money(amount, currency) if amount > 0 else None,
        Money(-amount, currency) if amount < 0 else None,
        row.entries,
    )
