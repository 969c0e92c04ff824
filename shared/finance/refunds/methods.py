"""How Stripe is asked for a refund: in one call that takes everything back, or so that the platform
pays and claims. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.finance.refunds.rules import Burden, Sum
from shared.trade.commission.rules import RefundPolicy


@frozen
class RefundMethod:
    """How Stripe is asked: what comes back along with the refund.

    Without either the platform pays, and claims afterwards.
    """

    reverse_transfer: bool
    refund_application_fee: bool


PLATFORM_PAYS = RefundMethod(False, False)


@frozen
class Earlier:
    """One earlier refund of the same payment that Stripe took on; `commission`: what of the
    application fee it brought back.
    """

    amount: int
    commission: int
    way: RefundMethod
    undone: bool


@frozen
class AtStripe:
    """What Stripe holds of a sale when a refund is about to be asked for; minor units."""

    reversed: int  # of the transfer
    fee_refunded: int
    balance: int  # of the vendor, pending money included
    touched: bool = False  # by anything but refunds: a dispute, money sent again
    is_shared: bool = (
        False  # the charge paid other orders, too: no one transfer is its own
    )


def stripe_share(
    commission: int,
    total: int,
    *,
    before: int,
    now: int,
    gone: int,
) -> int:
    """What Stripe gives back of a fee in proportion, counted from the beginning and rounded half up
    (stripe-facts 12.3).
    """
    due = (2 * commission * (before + now) + total) // (2 * total)
    return min(max(due - gone, 0), commission - gone)


def choose_method(
    order: Sum,
    amount: int,
    burden: Burden,
    policy: RefundPolicy,
    *,
    earlier: Sequence[Earlier],
    now: AtStripe,
) -> RefundMethod:
    """One call takes it all back where Stripe's own sum is exactly ours and the vendor's balance
    covers it; else the platform pays.
    """
    sold = order.sold
    refunded = sum(refund.amount for refund in earlier)
    given = sum(refund.commission for refund in earlier)
    plain = (
        not now.touched
        and not now.is_shared
        and not any(e.undone for e in earlier)
        and now.reversed == refunded
    )
    is_covered = now.balance >= burden.vendor
    if not plain or not is_covered or refunded + amount > sold.total:
        return PLATFORM_PAYS
    share = stripe_share(
        sold.application_fee,
        sold.total,
        before=refunded,
        now=amount,
        gone=now.fee_refunded,
    )
    if policy is not RefundPolicy.KEEP and sold.application_fee and burden.fee == share:
        way = RefundMethod(True, True)
        exact = now.fee_refunded == given
    else:
        way = RefundMethod(True, False)
        exact = burden.fee == 0
    return way if exact and all(e.way == way for e in earlier) else PLATFORM_PAYS
