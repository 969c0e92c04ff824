"""What an instant payout costs the vendor, as Stripe books it, and what of that the marketplace
gets (stripe-facts 14.9).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.infra.gateway.application_fees import FeeRefund
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payouts import StripePayout

Named = tuple[tuple[str, int], ...]  # Stripe's ids with amounts in minor units


@dataclass(frozen=True)
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
    earned: Named = ()
    refunds: Sequence[FeeRefund] = ()
    if found.application_fee is not None:
        earned = (
            (
                found.application_fee,
                (await gateway.application_fees.get(found.application_fee)).amount,
            ),
        )
        if found.failure_balance_transaction is not None:
            refunds = await gateway.application_fees.list_refunds(found.application_fee)
    try:
        rows = {
            row.id: row
            for row in await gateway.balance_transactions.list(
                account_id, since=found.created
            )
        }
    except StripeRefused:  # access was taken away meanwhile
        rows = {}
    sent, returned = (
        rows.get(found.balance_transaction or ""),
        rows.get(found.failure_balance_transaction or ""),
    )
    back = (
        -returned.fee
        if returned
        else sum(refund.amount for refund in refunds)
        if not rows
        else 0
    )
    fee = sent.fee if sent else sum(amount for _, amount in earned)
    return Fees(fee, earned, back, _together(refunds, back))


def _together(refunds: Sequence[FeeRefund], back: int) -> Named:
    """Which refunds of the fee came along with the payout's money: all of them, or the last one of
    that amount.
    """
    if back <= 0:
        return ()
    if sum(refund.amount for refund in refunds) == back:
        return tuple((refund.id, refund.amount) for refund in refunds)
    return tuple(
        (refund.id, refund.amount) for refund in refunds if refund.amount == back
    )[-1:]
