"""From a fact about money to its posting. Pure. What each account means stands in chart.py.

Two kinds of facts are told apart: who owes whom (a sale, a refund, a dispute), and where the money lies at Stripe (a
reversal, a payout). Each is posted when it becomes known, under a key that names it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.ledger.chart import Account, Posting, lines


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
        lines(
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
        lines(
            fact.currency,
            fact.stripe_id,
            (Account.STRIPE_FEES, fact.amount, None),
            (Account.STRIPE_PLATFORM, -fact.amount, None),
        ),
    )


@dataclass(frozen=True)
class Parked:
    """A payment that Stripe took and that does not match its order. `vendor_id`: whose account it went to, if one of ours."""

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
            *([(Account.STRIPE_VENDOR, share, fact.vendor_id)] if fact.vendor_id is not None else []),
            (Account.STRIPE_PLATFORM, fact.total - share, None),
            (Account.SUSPENSE, -fact.total, None),
        ),
    )


def unparked(fact: Parked) -> Posting:
    """A person found that it matches after all: the sale is posted beside this."""
    undone = tuple(replace(entry, amount=-entry.amount) for entry in parked(fact).entries)
    return Posting("unparked", f"unparked:{fact.payment_id}", f"order:{fact.order_id}", undone)


@dataclass(frozen=True)
class Refund:
    """A refund that Stripe took on: the vendor bears `vendor_part` of it, the commission gives back the rest. Minor units."""

    refund_id: int
    order_id: int
    vendor_id: int
    currency: str
    vendor_part: int
    commission_part: int
    stripe_id: str  # the refund's

    def owed(self, kind: str, sign: int) -> Posting:
        return Posting(
            kind,
            f"{kind}:{self.refund_id}",
            f"order:{self.order_id}",
            lines(
                self.currency,
                self.stripe_id,
                (Account.VENDOR_PAYABLE, sign * self.vendor_part, self.vendor_id),
                (Account.COMMISSION, sign * self.commission_part, None),
                (Account.SHOPPERS_DUE, -sign * (self.vendor_part + self.commission_part), None),
            ),
        )

    def cash(self, kind: str, sign: int) -> Posting:
        amount = sign * (self.vendor_part + self.commission_part)
        return Posting(
            kind,
            f"{kind}:{self.refund_id}",
            f"order:{self.order_id}",
            lines(
                self.currency,
                self.stripe_id,
                (Account.SHOPPERS_DUE, amount, None),
                (Account.STRIPE_PLATFORM, -amount, None),
            ),
        )


def refund(fact: Refund) -> Posting:
    """The shopper is owed the refund; vendor and commission bear it."""
    return fact.owed("refund", 1)


def refund_undone(fact: Refund) -> Posting:
    """It failed or was called back: vendor and commission have it again."""
    return fact.owed("refund_undone", -1)


def refund_paid(fact: Refund) -> Posting:
    """The money left the platform's balance. `stripe_id` is the balance transaction's."""
    return fact.cash("refund_paid", 1)


def refund_returned(fact: Refund) -> Posting:
    """The money came back to the platform's balance. `stripe_id` is the failure's balance transaction."""
    return fact.cash("refund_returned", -1)


@dataclass(frozen=True)
class Moved:
    """Money between the platform's and a vendor's balance at Stripe; positive comes back to the platform. Minor units."""

    movement_id: int
    order_id: int
    vendor_id: int
    currency: str
    amount: int
    stripe_id: str  # the reversal's, transfer's or fee refund's


def moved(fact: Moved) -> Posting:
    """It lies elsewhere now; who owes whom is told by the refund or dispute behind it."""
    return Posting(
        "moved",
        f"moved:{fact.movement_id}",
        f"order:{fact.order_id}",
        lines(
            fact.currency,
            fact.stripe_id,
            (Account.STRIPE_PLATFORM, fact.amount, None),
            (Account.STRIPE_VENDOR, -fact.amount, fact.vendor_id),
        ),
    )


@dataclass(frozen=True)
class Receivable:
    """A change of what a vendor owes because its balance did not cover a claim; negative when it shrinks. Minor units.

    `number` counts the changes of one claim.
    """

    claim_id: int
    number: int
    order_id: int
    vendor_id: int
    currency: str
    amount: int
    stripe_id: str  # of what the claim came from, or of the movement that paid it


def receivable(fact: Receivable) -> Posting:
    """What the platform advanced is no longer set against earnings but owed (or, shrinking, set against them again)."""
    return Posting(
        "receivable",
        f"receivable:{fact.claim_id}:{fact.number}",
        f"order:{fact.order_id}",
        lines(
            fact.currency,
            fact.stripe_id,
            (Account.VENDOR_RECEIVABLE, fact.amount, fact.vendor_id),
            (Account.VENDOR_PAYABLE, -fact.amount, fact.vendor_id),
        ),
    )


def written_off(fact: Receivable) -> Posting:
    """The platform gives up on what a vendor owes; `amount` is positive."""
    return Posting(
        "written_off",
        f"written_off:{fact.claim_id}:{fact.number}",
        f"order:{fact.order_id}",
        lines(
            fact.currency,
            fact.stripe_id,
            (Account.DISPUTE_LOSSES, fact.amount, None),
            (Account.VENDOR_RECEIVABLE, -fact.amount, fact.vendor_id),
        ),
    )


@dataclass(frozen=True)
class DisputedMoney:
    """Money that a bank took, or gave back, because of a dispute, and who bears it. All parts positive, minor units.

    `loss_part` is what neither the vendor nor the commission can bear; `fee` is Stripe's for the dispute (of money that
    comes back: what of the fee came back with it).
    """

    order_id: int
    vendor_id: int
    currency: str
    vendor_part: int
    commission_part: int
    loss_part: int
    fee: int
    stripe_id: str  # the balance transaction's

    def posting(self, kind: str, sign: int) -> Posting:
        whole = self.vendor_part + self.commission_part + self.loss_part + self.fee
        return Posting(
            kind,
            f"{kind}:{self.stripe_id}",
            f"order:{self.order_id}",
            lines(
                self.currency,
                self.stripe_id,
                (Account.VENDOR_PAYABLE, sign * self.vendor_part, self.vendor_id),
                (Account.COMMISSION, sign * self.commission_part, None),
                (Account.DISPUTE_LOSSES, sign * (self.loss_part + self.fee), None),
                (Account.STRIPE_PLATFORM, -sign * whole, None),
            ),
        )


def dispute_withdrawn(fact: DisputedMoney) -> Posting:
    """The platform was debited; the vendor bears its part."""
    return fact.posting("dispute_withdrawn", 1)


def dispute_reinstated(fact: DisputedMoney) -> Posting:
    """The dispute was won: everybody has back what the bank gave back."""
    return fact.posting("dispute_reinstated", -1)


@dataclass(frozen=True)
class PaidOut:
    """A payout of a vendor, or of the platform itself without one. Minor units; `fee` is Stripe's for an instant one."""

    payout_id: int
    vendor_id: int | None
    currency: str
    amount: int
    stripe_id: str  # the payout's
    fee: int = 0

    def _posting(self, kind: str, *parts: tuple[Account, int, int | None]) -> Posting:
        return Posting(
            kind, f"{kind}:{self.payout_id}", f"payout:{self.payout_id}", lines(self.currency, self.stripe_id, *parts)
        )

    @property
    def _from(self) -> Account:
        return Account.STRIPE_PLATFORM if self.vendor_id is None else Account.STRIPE_VENDOR

    @property
    def _to(self) -> Account:
        return Account.BANK_PLATFORM if self.vendor_id is None else Account.BANK_VENDOR

    def sent(self, kind: str, sign: int) -> Posting:
        bearer = Account.STRIPE_FEES if self.vendor_id is None else Account.VENDOR_PAYABLE
        return self._posting(
            kind,
            (self._to, sign * self.amount, self.vendor_id),
            (bearer, sign * self.fee, self.vendor_id),
            (self._from, -sign * (self.amount + self.fee), self.vendor_id),
        )

    def arrived(self, kind: str, sign: int) -> Posting:
        if self.vendor_id is None:
            return self._posting(kind)
        return self._posting(
            kind,
            (Account.VENDOR_PAYABLE, sign * self.amount, self.vendor_id),
            (Account.BANK_VENDOR, -sign * self.amount, self.vendor_id),
        )


def payout_sent(fact: PaidOut) -> Posting:
    """The balance fell; the money is on its way to the bank, and still owed until it arrives."""
    return fact.sent("payout_sent", 1)


def payout_arrived(fact: PaidOut) -> Posting:
    """The vendor has its money: nothing of it is owed any more."""
    return fact.arrived("payout_arrived", 1)


def payout_reopened(fact: PaidOut) -> Posting:
    """The bank sent back what had arrived: it is owed again."""
    return fact.arrived("payout_reopened", -1)


def payout_returned(fact: PaidOut) -> Posting:
    """The money is in the balance again: the payout failed or was called back."""
    return fact.sent("payout_returned", -1)


@dataclass(frozen=True)
class Reserved:
    """A part of a sale that is held back from payouts for a while. Minor units."""

    hold_id: int
    order_id: int
    vendor_id: int
    currency: str
    amount: int
    stripe_id: str  # the payment intent's

    def posting(self, kind: str, sign: int) -> Posting:
        return Posting(
            kind,
            f"{kind}:{self.hold_id}",
            f"order:{self.order_id}",
            lines(
                self.currency,
                self.stripe_id,
                (Account.VENDOR_PAYABLE, sign * self.amount, self.vendor_id),
                (Account.VENDOR_RESERVED, -sign * self.amount, self.vendor_id),
            ),
        )


def reserved(fact: Reserved) -> Posting:
    """Still the vendor's, but not to be paid out yet."""
    return fact.posting("reserved", 1)


def released(fact: Reserved) -> Posting:
    """The reserve's day has come."""
    return fact.posting("released", -1)


@dataclass(frozen=True)
class Unexplained:
    """A balance transaction that belongs to nothing we know: Stripe's own adjustments, top-ups, fees. Minor units, net."""

    vendor_id: int | None
    currency: str
    net: int
    stripe_id: str  # the balance transaction's


def unexplained(fact: Unexplained) -> Posting:
    """The balance is what Stripe says; the other side waits for a person."""
    where = Account.STRIPE_PLATFORM if fact.vendor_id is None else Account.STRIPE_VENDOR
    return Posting(
        "unexplained",
        f"unexplained:{fact.stripe_id}",
        f"transaction:{fact.stripe_id}",
        lines(fact.currency, fact.stripe_id, (where, fact.net, fact.vendor_id), (Account.SUSPENSE, -fact.net, None)),
    )
