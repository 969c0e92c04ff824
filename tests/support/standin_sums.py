"""Money at the stand-in, added up as its API shows it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

# The other side of a balance transaction of this type stands outside the platform and its accounts.
OUTSIDE = {
    "stripe_fee",
    "charge",
    "refund",
    "refund_failure",
    "payment_failure_refund",
    "adjustment",
    "payout",
    "payout_failure",
    "payout_cancel",
}


def passes_outside(row: Any) -> bool:
    """Whether the other side of a row stands outside; an adjustment for a fee that came back does
    not.
    """
    return row.type in OUTSIDE and not str(row.source).startswith("fr_")


def nothing_appears_or_vanishes(v1: Any, accounts: list[str]) -> None:
    """What the platform and its accounts have is what came from outside."""
    within: dict[str, int] = defaultdict(int)
    outside: dict[str, int] = defaultdict(int)
    for account in (None, *accounts):
        options = {"stripe_account": account} if account else {}
        rows = list(
            v1.balance_transactions.list({"limit": 100}, options).auto_paging_iter()
        )
        balance = v1.balance.retrieve({}, options)
        available = {line.currency: line.amount for line in balance.available}
        pending = {line.currency: line.amount for line in balance.pending}
        for currency in {row.currency for row in rows}:
            mine = [row for row in rows if row.currency == currency]
            net = sum(row.net for row in mine)
            assert available[currency] + pending[currency] == net, (
                f"{account}: not the sum of its transactions"
            )
            assert available[currency] == sum(
                row.net for row in mine if row.status == "available"
            )
            within[currency] += net
            outside[currency] += sum(row.amount for row in mine if passes_outside(row))
            details = [detail for row in mine for detail in row.fee_details or []]
            outside[currency] -= sum(
                detail.amount for detail in details if detail.type == "stripe_fee"
            )
    assert within == outside, (
        "money moved that neither the network, a bank nor Stripe gave or took"
    )


def nobody_gives_back_more_than_there_was(v1: Any) -> None:
    """No charge, transfer or commission is given back beyond itself."""
    for charge in v1.charges.list({"limit": 100}).data:
        assert 0 <= charge.amount_refunded <= charge.amount
        assert charge.refunded == (charge.amount_refunded == charge.amount)
    for transfer in v1.transfers.list({"limit": 100}).data:
        assert 0 <= transfer.amount_reversed <= transfer.amount
    for fee in v1.application_fees.list({"limit": 100}).data:
        assert 0 <= fee.amount_refunded <= fee.amount
