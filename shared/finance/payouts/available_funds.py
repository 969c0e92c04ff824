"""What a vendor has that could be paid out: Stripe's balance and banks, read; and what our ledger
says of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from shared.core.frozen import frozen
from shared.finance.connect import service as connect
from shared.finance.connect.bank_accounts import defaults, returns
from shared.finance.ledger import queries as ledger
from shared.finance.ledger.chart import Account
from shared.finance.payouts import statements
from shared.finance.payouts.rules import Funds, PayoutConditions
from shared.finance.payouts.terms import PayoutTerms
from shared.infra.gateway.accounts import ExternalAccount
from shared.infra.gateway.balance import BalanceLine
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.trade.vendors.countries import minimum_payout


@frozen
class Reading:
    """An account's balance per currency and its default bank in each, as Stripe just said;
    `enabled` where it was asked about that too.
    """

    lines: Mapping[str, BalanceLine] = field(default_factory=dict)
    banks: Mapping[str, ExternalAccount] = field(default_factory=dict)
    enabled: bool | None = None

    def line(self, currency: str) -> BalanceLine:
        """The balance in this currency, zero where Stripe names none."""
        return self.lines.get(currency) or BalanceLine(currency, 0, 0)


async def read(gateway: Gateway, terms: PayoutTerms) -> Reading:
    """Ask Stripe; where payouts go to another bank than we knew, the account is read again.

    Raises StripeUnavailable.
    """
    if terms.account_id is None:
        return Reading()
    enabled = None
    try:
        lines = await gateway.balance.get(terms.account_id)
        banks = defaults(
            await gateway.accounts.list_external_accounts(terms.account_id)
        )
        if banks != terms.banks:
            enabled = (
                await connect.sync_account(gateway, vendor_id=terms.vendor_id)
            ).payouts_enabled
    except StripeRefused:  # access was taken away; the account's own event will say so
        return Reading()
    return Reading({line.currency: line for line in lines}, banks, enabled)


def conditions(terms: PayoutTerms, reading: Reading, currency: str) -> PayoutConditions:
    """Whether this vendor's money may leave in this currency."""
    bank = reading.banks.get(currency)
    return PayoutConditions(
        connected=terms.account_id is not None,
        held=terms.held_at is not None,
        enabled=terms.payouts_enabled if reading.enabled is None else reading.enabled,
        bank=bank is not None,
        bank_errored=returns(bank),
        bank_new=terms.bank_hold_until is not None,
    )


async def of_vendor(vendor_id: int, reading: Reading) -> dict[str, Funds]:
    """What there is in each currency that Stripe or our ledger knows of."""
    sums = await ledger.of_vendor(vendor_id)
    return funds_in(sums, await statements.opening(vendor_id), reading)


def funds_in(
    sums: Mapping[tuple[Account, str], int],
    opening: Mapping[str, int],
    reading: Reading,
) -> dict[str, Funds]:
    """The same of what was read already: the ledger's sums, and what is asked of Stripe."""
    currencies = {currency for _, currency in sums} | set(reading.lines)

    def booked(account: Account, currency: str) -> int:
        return sums.get((account, currency), 0)

    return {
        currency: Funds(
            currency=currency,
            available=reading.line(currency).available,
            pending=reading.line(currency).pending,
            payable=-booked(Account.VENDOR_PAYABLE, currency),
            on_the_way=booked(Account.BANK_VENDOR, currency) + opening.get(currency, 0),
            asked=opening.get(currency, 0),
            owed=booked(Account.VENDOR_RECEIVABLE, currency),
            reserved=-booked(Account.VENDOR_RESERVED, currency),
            balance=booked(Account.STRIPE_VENDOR, currency) - opening.get(currency, 0),
            held=booked(Account.STRIPE_HELD_VENDOR, currency),
        )
        for currency in sorted(currencies)
    }


def minimum(terms: PayoutTerms, currency: str) -> int:
    """The least worth sending in this currency: the vendor's own, in others the usual one."""
    if currency == terms.currency or not terms.plan.minimum:
        return terms.plan.minimum
    return minimum_payout(currency)
