"""What reconciliation compares, as plain data: ledger and rows on one side, Stripe on the other.

Names that end in `AtStripe` are Stripe's side, those that end in `Record` ours. `vendor_id` None is
the platform's own account. Amounts are minor units, currencies upper case. A key is the Stripe id
under which one movement of money is known on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from shared.core.frozen import frozen

Balances = Mapping[tuple[int | None, str], tuple[int, int]]


@frozen
class PaymentRecord:
    """A payment of ours with its order.

    `recent`: made within what Stripe was asked about, so it must be among what Stripe told.
    """

    id: int
    order_id: int
    order_number: str
    order_state: str
    vendor_id: int
    state: str
    amount: int
    currency: str
    intent_id: str | None
    charge_id: str | None = None
    transfer_id: str | None = None
    fee_id: str | None = None
    transaction_id: str | None = None
    stripe_fee: int | None = None
    intent_key: str | None = None  # of an intent that several orders share
    discount: int = 0  # what the marketplace pays of the price besides
    recent: bool = True

    @property
    def worth(self) -> int:
        """What the vendor sold the order for; of nothing there is no sale to post."""
        return self.amount + self.discount

    @property
    def lacks_transfer(self) -> bool:
        """Whether its vendor has not got its part of a shared intent."""
        is_bare = self.intent_key is not None and self.transfer_id is None
        return is_bare and self.amount > 0


@frozen
class IntentAtStripe:
    """A PaymentIntent. `payment_id` is what our metadata on it says."""

    id: str
    status: str
    amount: int
    received: int
    currency: str
    charge_id: str | None
    payment_id: int | None
    order_number: str | None


@frozen
class ObjectRecord:
    """A refund, dispute or payout of ours, as `what` says."""

    what: str
    id: int
    stripe_id: str
    state: str
    amount: int
    currency: str
    vendor_id: int | None
    account: str | None = None
    recent: bool = True


@frozen
class ObjectAtStripe:
    """The same at Stripe. `intent_id` tells whose refund or dispute it is."""

    what: str
    id: str
    state: str
    amount: int
    currency: str
    vendor_id: int | None = None
    account: str | None = None
    intent_id: str | None = None


@frozen
class MovementRecord:
    """A reversal, transfer or fee refund of ours."""

    id: int
    claim_id: int
    subject: str
    kind: str
    state: str
    amount: int
    currency: str
    vendor_id: int
    stripe_id: str | None
    payment_id: int
    recent: bool = True


@frozen
class ClaimRecord:
    """A claim.

    `moved`: what its movements that are done come to. `bears`: what its refund or dispute says;
    None if unsure. `cannot_be_sent`: the vendor took our access away, so what we owe it waits.
    `waits`: its vendor has not got its part of a shared payment, so nothing can come back of it.
    """

    id: int
    subject: str
    vendor_id: int
    currency: str
    amount: int
    taken: int
    receivable: int
    written_off: int
    moved: int
    payment_id: int = 0
    bears: int | None = None
    netted: int = 0
    cannot_be_sent: bool = False
    waits: bool = False


@frozen
class OrderRecord:
    """What an order says was refunded, and what its refunds say.

    `others`: the like of its other sums, by name: (the order's, its rows').
    """

    id: int
    number: str
    vendor_id: int
    currency: str
    refunded: int
    counted: int
    others: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def sums(self) -> Mapping[str, tuple[int, int]]:
        """Every sum by its name: (the order's, its rows')."""
        return {"went back": (self.refunded, self.counted), **self.others}

    @property
    def is_wrong(self) -> bool:
        """Whether any sum is not what the rows come to."""
        return any(said != counted for said, counted in self.sums.values())


@frozen
class AccountRecord:
    """A vendor's account as we keep it and as Stripe tells it, by the same names."""

    vendor_id: int
    account: str
    kept: Mapping[str, str]
    at_stripe: Mapping[str, str]


@frozen
class TransactionAtStripe:
    """A balance transaction: a row of an account's books at Stripe."""

    id: str
    type: str
    amount: int
    fee: int
    net: int
    currency: str
    source: str | None
    links: Mapping[str, str] = field(default_factory=dict)
    vendor_id: int | None = None
    recent: bool = True


@frozen
class LedgerLine:
    """An entry of the ledger on a balance at Stripe, with its posting."""

    vendor_id: int | None
    currency: str
    stripe_id: str
    amount: int
    kind: str
    key: str
    recent: bool = True


@frozen
class OpenPosting:
    """A posting that was not closed (SQLite alone lets that pass)."""

    key: str
    entries: int
    sums: Mapping[str, int]


@frozen
class WrongSum:
    """A kept sum of an account that is not what its entries come to: minor units of `currency`."""

    account: str
    vendor_id: int | None
    currency: str
    kept: int
    counted: int


@frozen
class VendorEarnings:
    """What a vendor has earned in one currency, and where that lies, by the ledger.

    `waits`: how far the two may differ, for claims that are not at rest and for what is in
    suspense. `unposted`: refunds whose postings are not there, and what these would take off.
    `set_off`: between the vendor's claims, zero together.
    """

    vendor_id: int
    currency: str
    earned: int
    lies: int
    waits: int = 0
    unposted: Mapping[int, int] = field(default_factory=dict)
    set_off: int = 0

    @property
    def excess(self) -> int:
        """What the vendor has earned too much, by the ledger."""
        return self.earned - self.lies - self.waits


@frozen
class EventAtStripe:
    """An event of Stripe's that did not reach us, or did and could not be applied."""

    id: str
    type: str
    vendor_id: int | None = None


@frozen
class MethodRecord:
    """A saved payment method of ours that is in use. `described` as in `MethodAtStripe`."""

    id: int
    stripe_id: str
    customer: str
    described: str


@frozen
class MethodAtStripe:
    """A payment method that a shopper's customer holds at Stripe.

    `described`: type, brand, last digits, expiry.
    """

    stripe_id: str
    customer: str
    described: str


@frozen
class BothSides:
    """Everything that is compared.

    `posted`: the keys of those postings that the payments must have. `orphans`: keys of postings
    whose row is not there. `ledger_sums`: what everything comes to, by currency. `receivables`: by
    vendor and currency, (ledger, claims). `balances`: (ledger, Stripe). `remembered`: Stripe ids of
    movements that we once knew what they belong to. `detaching`: Stripe ids of methods that are
    being detached.
    """

    payments: tuple[PaymentRecord, ...] = ()
    intents: tuple[IntentAtStripe, ...] = ()
    objects: tuple[ObjectRecord, ...] = ()
    objects_at_stripe: tuple[ObjectAtStripe, ...] = ()
    movements: tuple[MovementRecord, ...] = ()
    claims: tuple[ClaimRecord, ...] = ()
    orders: tuple[OrderRecord, ...] = ()
    accounts: tuple[AccountRecord, ...] = ()
    transactions: tuple[TransactionAtStripe, ...] = ()
    lines: tuple[LedgerLine, ...] = ()
    posted: frozenset[str] = frozenset()
    orphans: frozenset[str] = frozenset()
    open_postings: tuple[OpenPosting, ...] = ()
    wrong_sums: tuple[WrongSum, ...] = ()
    ledger_sums: Mapping[str, int] = field(default_factory=dict)
    receivables: Mapping[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    balances: Balances = field(default_factory=dict)
    earnings: tuple[VendorEarnings, ...] = ()
    remembered: frozenset[str] = frozenset()
    missed_events: tuple[EventAtStripe, ...] = ()
    parked_events: tuple[EventAtStripe, ...] = ()
    methods: tuple[MethodRecord, ...] = ()
    methods_at_stripe: tuple[MethodAtStripe, ...] = ()
    detaching: frozenset[str] = frozenset()
