"""Refunds, disputes, and what they take from a vendor. Pure."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.finance.ledger.chart import Account, Posting, lines

# Kinds: what banks took, and what they gave back.
OF_DISPUTES = (
    "dispute_withdrawn",
    "dispute_reinstated",
)


@frozen
class RefundFact:
    """A refund that Stripe took on: who bears it, in minor units.

    The vendor bears `vendor_part`, the commission gives `commission_part` back; of the two, the
    platform has `discount_part` back of what it paid of the price.
    """

    refund_id: int
    order_id: int
    vendor_id: int
    currency: str
    vendor_part: int
    commission_part: int
    stripe_id: str  # the refund's
    discount_part: int = 0

    @property
    def amount(self) -> int:
        """What the shopper gets."""
        return self.vendor_part + self.commission_part - self.discount_part

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
                (
                    Account.MARKETPLACE_DISCOUNTS,
                    -sign * self.discount_part,
                    None,
                ),
                (Account.SHOPPERS_DUE, -sign * self.amount, None),
            ),
            self.vendor_id,
        )

    def cash(self, kind: str, sign: int) -> Posting:
        amount = sign * self.amount
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


def refund(fact: RefundFact) -> Posting:
    """The shopper is owed the refund; vendor and commission bear it."""
    return fact.owed("refund", 1)


def refund_undone(fact: RefundFact) -> Posting:
    """It failed or was called back: vendor and commission have it again."""
    return fact.owed("refund_undone", -1)


def refund_paid(fact: RefundFact) -> Posting:
    """The money left the platform's balance. `stripe_id` is the balance transaction's."""
    return fact.cash("refund_paid", 1)


def refund_returned(fact: RefundFact) -> Posting:
    """The money came back to the platform's balance.

    `stripe_id` is the failure's balance transaction.
    """
    return fact.cash("refund_returned", -1)


@frozen
class TransferFact:
    """Money between the platform's and a vendor's balance at Stripe; positive comes back to the
    platform. Minor units.
    """

    movement_id: int
    order_id: int
    vendor_id: int
    currency: str
    amount: int
    stripe_id: str  # the reversal's, transfer's or fee refund's


def moved(fact: TransferFact) -> Posting:
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


@frozen
class ManualTransferFact:
    """What staff took from a vendor by hand (below zero: gave back to it), and a person
    confirmed. Minor units.
    """

    order_id: int
    vendor_id: int
    currency: str
    amount: int
    stripe_id: str  # the reversal's, transfer's or fee refund's

    def posting(self, kind: str, other: Account) -> Posting:
        entries = lines(
            self.currency,
            self.stripe_id,
            (Account.VENDOR_PAYABLE, self.amount, self.vendor_id),
            (other, -self.amount, None),
        )
        return Posting(
            kind, f"{kind}:{self.stripe_id}", f"order:{self.order_id}", entries
        )


def taken(fact: ManualTransferFact) -> Posting:
    """The vendor bears it (or no longer); it makes up for what the platform lost."""
    return fact.posting(
        "taken" if fact.amount > 0 else "given_back", Account.DISPUTE_LOSSES
    )


def commission_returned(fact: ManualTransferFact) -> Posting:
    """Commission that was given back by hand."""
    return fact.posting("commission_returned", Account.COMMISSION)


@frozen
class Receivable:
    """A change of what a vendor owes because its balance did not cover a claim; negative when it
    shrinks. Minor units.

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
    """What the platform advanced is no longer set against earnings but owed (or, shrinking, set
    against them again).
    """
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


@frozen
class DisputedMoney:
    """Money that a bank took, or gave back, because of a dispute, and who bears it.

    All parts positive, minor units.

    `loss_part` is what neither the vendor nor the commission can bear; `fee` is Stripe's for the
    dispute (of money that comes back: what of the fee came back with it). `discount_part`: what of
    these the platform has back of the price that it paid.
    """

    order_id: int
    vendor_id: int
    currency: str
    vendor_part: int
    commission_part: int
    loss_part: int
    fee: int
    stripe_id: str  # the balance transaction's
    is_share: bool = False  # of what several orders share, each in a posting of its own
    discount_part: int = 0

    def key(self, kind: str) -> str:
        """Name the fact."""
        share = f":{self.order_id}" if self.is_share else ""
        return f"{kind}:{self.stripe_id}{share}"

    def posting(self, kind: str, sign: int) -> Posting:
        borne = self.vendor_part + self.commission_part + self.loss_part
        whole = borne - self.discount_part + self.fee
        return Posting(
            kind,
            self.key(kind),
            f"order:{self.order_id}",
            lines(
                self.currency,
                self.stripe_id,
                (Account.VENDOR_PAYABLE, sign * self.vendor_part, self.vendor_id),
                (Account.COMMISSION, sign * self.commission_part, None),
                (Account.DISPUTE_LOSSES, sign * (self.loss_part + self.fee), None),
                (
                    Account.MARKETPLACE_DISCOUNTS,
                    -sign * self.discount_part,
                    None,
                ),
                (Account.STRIPE_PLATFORM, -sign * whole, None),
            ),
            self.vendor_id,
        )


def dispute_withdrawn(fact: DisputedMoney) -> Posting:
    """The platform was debited; the vendor bears its part."""
    return fact.posting("dispute_withdrawn", 1)


def dispute_reinstated(fact: DisputedMoney) -> Posting:
    """The dispute was won: everybody has back what the bank gave back."""
    return fact.posting("dispute_reinstated", -1)
