"""Sales, Stripe's fees, and money that matches nothing. Pure."""

from __future__ import annotations

from dataclasses import replace

from shared.core.frozen import frozen
from shared.finance.ledger.chart import Account, Posting, lines


@frozen
class SaleFact:
    """A payment that succeeded: what the shopper paid, the platform's commission, and what the
    platform pays of the price; in minor units.
    """

    payment_id: int
    order_id: int
    vendor_id: int
    currency: str
    total: int
    commission: int
    stripe_id: str  # the payment intent's; of an order of zero, our own key
    is_slice: bool = False  # of an intent that several orders share
    discount: int = 0  # what the platform bears of the order's discounts


def sale(fact: SaleFact) -> Posting:
    """The vendor has earned its share, which lies in its Stripe balance; the commission in the
    platform's.

    Of a shared intent all lies with the platform until the vendor's share is transferred. A
    discount that the platform bears comes out of its commission first; what that does not cover
    lies with the platform until it is contributed (decision 29).
    """
    worth = fact.total + fact.discount
    if not 0 <= fact.commission < worth:
        raise ValueError(f"a commission of {fact.commission} on {worth}")
    application_fee = max(fact.commission - fact.discount, 0)
    passed_on = 0 if fact.is_slice else fact.total - application_fee
    return Posting(
        "sale",
        f"sale:{fact.payment_id}",
        f"order:{fact.order_id}",
        lines(
            fact.currency,
            fact.stripe_id,
            (Account.STRIPE_VENDOR, passed_on, fact.vendor_id),
            (Account.VENDOR_PAYABLE, fact.commission - worth, fact.vendor_id),
            (Account.STRIPE_PLATFORM, fact.total - passed_on, None),
            (Account.COMMISSION, -fact.commission, None),
            (Account.MARKETPLACE_DISCOUNTS, fact.discount, None),
        ),
    )


@frozen
class TransferredFact:
    """A vendor's share of a shared intent that went on to it, in minor units."""

    payment_id: int
    order_id: int
    vendor_id: int
    currency: str
    amount: int
    stripe_id: str  # the transfer's


def transferred(fact: TransferredFact) -> Posting:
    """What the vendor has earned lies in its own balance now."""
    return Posting(
        "transferred",
        f"transferred:{fact.payment_id}",
        f"order:{fact.order_id}",
        lines(
            fact.currency,
            fact.stripe_id,
            (Account.STRIPE_VENDOR, fact.amount, fact.vendor_id),
            (Account.STRIPE_PLATFORM, -fact.amount, None),
        ),
    )


@frozen
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
        lines(
            fact.currency,
            fact.stripe_id,
            (Account.STRIPE_FEES, fact.amount, None),
            (Account.STRIPE_PLATFORM, -fact.amount, None),
        ),
    )


@frozen
class Parked:
    """A payment that Stripe took and that does not match its order.

    `vendor_id`: whose account it went to, if one of ours.
    """

    payment_id: int
    order_id: int
    vendor_id: int | None
    currency: str
    total: int
    fee: int
    stripe_id: str  # the payment intent's


def parked(fact: Parked) -> Posting:
    """The money lies where Stripe put it, and is nobody's until a person has decided."""
    share = fact.total - fact.fee if fact.vendor_id is not None else 0
    return Posting(
        "parked",
        f"parked:{fact.payment_id}",
        f"order:{fact.order_id}",
        lines(
            fact.currency,
            fact.stripe_id,
            *(
                [(Account.STRIPE_VENDOR, share, fact.vendor_id)]
                if fact.vendor_id is not None
                else []
            ),
            (Account.STRIPE_PLATFORM, fact.total - share, None),
            (Account.SUSPENSE, -fact.total, None),
        ),
    )


def unparked(fact: Parked) -> Posting:
    """A person found that it matches after all: the sale is posted beside this."""
    undone = tuple(
        replace(entry, amount=-entry.amount) for entry in parked(fact).entries
    )
    return Posting(
        "unparked", f"unparked:{fact.payment_id}", f"order:{fact.order_id}", undone
    )


@frozen
class Unexplained:
    """A balance transaction that belongs to nothing we know: Stripe's own adjustments, top-ups,
    fees. Minor units, net.
    """

    vendor_id: int | None
    currency: str
    net: int
    stripe_id: str  # the balance transaction's
    number: int = 1  # counts how often it was parked: what explained it can turn out to be nothing

    @property
    def name(self) -> str:
        """What names this parking in keys."""
        return self.stripe_id if self.number == 1 else f"{self.stripe_id}:{self.number}"


def unexplained(fact: Unexplained) -> Posting:
    """The balance is what Stripe says; the other side waits for a person."""
    where = Account.STRIPE_PLATFORM if fact.vendor_id is None else Account.STRIPE_VENDOR
    return Posting(
        "unexplained",
        f"unexplained:{fact.name}",
        f"transaction:{fact.stripe_id}",
        lines(
            fact.currency,
            fact.stripe_id,
            (where, fact.net, fact.vendor_id),
            (Account.SUSPENSE, -fact.net, None),
        ),
    )
