"""What an instant payout costs the vendor, as Stripe books it, and what of that the marketplace
gets (stripe-facts 14.9).
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.infra.gateway.application_fees import FeeRefund
from shared.infra.gateway.balance_transactions import BalanceTransaction
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payouts import StripePayout

Named = tuple[tuple[str, int], ...]  # Stripe's ids with amounts in minor units


@frozen
class Fees:
    """What left the balance beside a payout, and what of it came back with the payout.

    `earned` and `given_back` are the platform's side.
    """

    fee: int = 0
    earned: Named = ()
    back: int = 0
    given_back: Named = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """Stripe's ids of the platform's side."""
        return tuple(id_ for id_, _ in (*self.earned, *self.given_back))


async def read(
    gateway: Gateway,
    account_id: str | None,
    found: StripePayout,
) -> Fees:
    """The fee of a payout by its balance transactions; by the platform's own rows where the account
    cannot be read any more.
    """
    if found.method != "instant":
        return Fees()
    earned = await _earned(gateway, found)
    refunds = await _refunds(gateway, found)
    rows = await _rows(gateway, account_id, found)
    sent = rows.get(found.balance_transaction or "")
    returned = rows.get(found.failure_balance_transaction or "")
    fee = sent.fee if sent else sum(amount for _, amount in earned)
    back = -returned.fee if returned else 0
    if not rows:
        back = sum(refund.amount for refund in refunds)
    return Fees(fee, earned, back, _together(refunds, back))


async def _earned(gateway: Gateway, found: StripePayout) -> Named:
    if found.application_fee is None:
        return ()
    fee = await gateway.application_fees.get(found.application_fee)
    return ((found.application_fee, fee.amount),)


async def _refunds(gateway: Gateway, found: StripePayout) -> Sequence[FeeRefund]:
    if found.application_fee is None or found.failure_balance_transaction is None:
        return ()
    return await gateway.application_fees.list_refunds(found.application_fee)


async def _rows(
    gateway: Gateway,
    account_id: str | None,
    found: StripePayout,
) -> dict[str, BalanceTransaction]:
    """The account's balance transactions since the payout, by id; none where it cannot be read."""
    try:
        rows = await gateway.balance_transactions.list(account_id, since=found.created)
    except StripeRefused:  # access was taken away meanwhile
        return {}
    return {row.id: row for row in rows}


def _together(refunds: Sequence[FeeRefund], back: int) -> Named:
    """Which refunds of the fee came along with the payout's money: all of them, or the last one of
    that amount.
    """
    if back <= 0:
        return ()
    named = tuple((refund.id, refund.amount) for refund in refunds)
    if sum(amount for _, amount in named) == back:
        return named
    return tuple(each for each in named if each[1] == back)[-1:]
