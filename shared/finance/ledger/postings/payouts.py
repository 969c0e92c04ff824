"""Payouts to banks, and what is held back from them, by us or by Stripe. Pure."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.finance.ledger.chart import Account, Entry, Posting, lines


@frozen
class PaidOut:
    """A payout of a vendor, or of the platform itself without one.

    Minor units; `fee` is what an instant one costs beside it.

    `earned` is what of the fee goes to the platform: the ids of Stripe's application fee, or of its
    refunds, with the amounts.
    """

    payout_id: int
    vendor_id: int | None
    currency: str
    amount: int
    stripe_id: str  # the payout's
    fee: int = 0
    earned: tuple[tuple[str, int], ...] = ()

    def _posting(
        self,
        kind: str,
        *parts: tuple[Account, int, int | None],
        further: tuple[Entry, ...] = (),
    ) -> Posting:
        entries = (
            *lines(self.currency, self.stripe_id, *parts),
            *further,
        )
        return Posting(
            kind, f"{kind}:{self.payout_id}", f"payout:{self.payout_id}", entries
        )

    @property
    def _from(self) -> Account:
        return (
            Account.STRIPE_PLATFORM if self.vendor_id is None else Account.STRIPE_VENDOR
        )

    @property
    def _to(self) -> Account:
        return Account.BANK_PLATFORM if self.vendor_id is None else Account.BANK_VENDOR

    def sent(self, kind: str, sign: int) -> Posting:
        bearer = (
            Account.STRIPE_FEES if self.vendor_id is None else Account.VENDOR_PAYABLE
        )
        return self._posting(
            kind,
            (self._to, sign * self.amount, self.vendor_id),
            (bearer, sign * self.fee, self.vendor_id),
            (
                self._from,
                -sign * (self.amount + self.fee),
                self.vendor_id,
            ),
            further=tuple(
                entry
                for id_, amount in self.earned
                for entry in self._earned(id_, sign * amount)
            ),
        )

    def _earned(self, stripe_id: str, amount: int) -> tuple[Entry, ...]:
        """The platform's side of the fee: what a vendor pays for an instant payout is commission
        like any other.
        """
        parts = (
            (Account.STRIPE_PLATFORM, amount, None),
            (Account.COMMISSION, -amount, None),
        )
        return lines(self.currency, stripe_id, *parts)

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


@frozen
class Reserved:
    """A part of a sale that is held back from payouts for a while. Minor units."""

    hold_id: int
    order_id: int
    vendor_id: int
    currency: str
    amount: int
    stripe_id: str  # the payment intent's
    number: int = 0  # counts what is let go of one hold before its day

    def posting(self, kind: str, sign: int) -> Posting:
        return Posting(
            kind,
            f"{kind}:{self.hold_id}" + (f":{self.number}" if self.number else ""),
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


@frozen
class StripeReserve:
    """Money of a vendor, or of the platform without one, that Stripe put in reserve, or let go
    (negative). Minor units.
    """

    vendor_id: int | None
    currency: str
    amount: int
    stripe_id: str  # the balance transaction's, the one on the payments balance


def held_by_stripe(fact: StripeReserve) -> Posting:
    """It is whose it was, and lies beside the balance, where no payout reaches it."""
    own = fact.vendor_id is None
    balance = Account.STRIPE_PLATFORM if own else Account.STRIPE_VENDOR
    beside = Account.STRIPE_HELD_PLATFORM if own else Account.STRIPE_HELD_VENDOR
    kind = "stripe_held" if fact.amount > 0 else "stripe_released"
    parts = (
        (balance, -fact.amount, fact.vendor_id),
        (beside, fact.amount, fact.vendor_id),
    )
    entries = lines(fact.currency, fact.stripe_id, *parts)
    return Posting(
        kind, f"{kind}:{fact.stripe_id}", f"transaction:{fact.stripe_id}", entries
    )
