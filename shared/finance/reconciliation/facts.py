"""What reconciliation compares, as plain data: the ledger, our rows, Stripe's objects; what it finds is in findings.py. Pure.

`vendor_id` None is the platform's own account. Amounts are minor units, currencies upper case. A key is the Stripe id under
which one movement of money is known on both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.finance.reconciliation.findings import Finding as Finding  # noqa: PLC0414
from shared.finance.reconciliation.findings import Kind as Kind  # noqa: PLC0414
from shared.finance.reconciliation.findings import Repair as Repair  # noqa: PLC0414


@dataclass(frozen=True)
class PaymentRow:
    """A payment of ours with its order."""

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
    recent: bool = True  # made within what Stripe was asked about, so it must be among what Stripe told


@dataclass(frozen=True)
class Intent:
    """A PaymentIntent. `payment_id` is what our metadata on it says."""

    id: str
    status: str
    amount: int
    received: int
    currency: str
    charge_id: str | None
    payment_id: int | None
    order_number: str | None


@dataclass(frozen=True)
class Mirror:
    """A refund, dispute or payout of ours."""

    what: str  # refund | dispute | payout
    id: int
    stripe_id: str
    state: str
    amount: int
    currency: str
    vendor_id: int | None
    account: str | None = None
    recent: bool = True


@dataclass(frozen=True)
class Thing:
    """The same at Stripe. `intent_id` tells whose refund or dispute it is."""

    what: str
    id: str
    state: str
    amount: int
    currency: str
    vendor_id: int | None = None
    account: str | None = None
    intent_id: str | None = None


@dataclass(frozen=True)
class MovementRow:
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


@dataclass(frozen=True)
class ClaimRow:
    """A claim, and `moved`: what its movements that are done come to. `bears`: what its refund or dispute says; None if unsure.

    `cannot_be_sent`: the vendor took our access away, so what we owe it waits.
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


@dataclass(frozen=True)
class OrderRow:
    """What an order says was refunded, and what its refunds say; `others`: the like of its other sums, (ours, the rows')."""

    id: int
    number: str
    vendor_id: int
    currency: str
    refunded: int
    counted: int
    others: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_wrong(self) -> bool:
        return self.refunded != self.counted or any(ours != theirs for ours, theirs in self.others.values())


@dataclass(frozen=True)
class AccountRow:
    """A vendor's account as we keep it and as Stripe tells it: the same fields by the same names."""

    vendor_id: int
    account: str
    ours: Mapping[str, str]
    theirs: Mapping[str, str]


@dataclass(frozen=True)
class Transaction:
    """A row of an account's books at Stripe."""

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


@dataclass(frozen=True)
class Line:
    """An entry of the ledger on a balance at Stripe, with its posting."""

    vendor_id: int | None
    currency: str
    stripe_id: str
    amount: int
    kind: str
    key: str
    recent: bool = True


@dataclass(frozen=True)
class OpenPosting:
    """A posting that was not closed (SQLite alone lets that pass)."""

    key: str
    entries: int
    sums: Mapping[str, int]


@dataclass(frozen=True)
class Earned:
    """What a vendor has earned in one currency and what of it lies at Stripe or is on its way to a bank, by the ledger.

    `waits`: how far the two may differ, for claims that are not at rest and for what is in suspense. `unposted`: refunds
    whose postings are not there, and what these would take off. `set_off`: between the vendor's claims, nought together.
    """

    vendor_id: int
    currency: str
    earned: int
    lies: int
    waits: int = 0
    unposted: Mapping[int, int] = field(default_factory=dict)
    set_off: int = 0

    @property
    def off(self) -> int:
        """What the vendor has earned too much, by the ledger."""
        return self.earned - self.lies - self.waits


@dataclass(frozen=True)
class Event:
    """An event of Stripe's that did not reach us, or did and could not be applied."""

    id: str
    type: str
    vendor_id: int | None = None


@dataclass(frozen=True)
class MethodRow:
    """A saved payment method of ours that is in use. `told`: what it is, in the words that `HeldMethod` uses."""

    id: int
    stripe_id: str
    customer: str
    told: str


@dataclass(frozen=True)
class HeldMethod:
    """A payment method that a shopper's customer holds at Stripe."""

    stripe_id: str
    customer: str
    told: str


@dataclass(frozen=True)
class Facts:
    """Everything that is compared. `posted`: the keys of all postings about what is looked at."""

    payments: tuple[PaymentRow, ...] = ()
    intents: tuple[Intent, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    things: tuple[Thing, ...] = ()
    movements: tuple[MovementRow, ...] = ()
    claims: tuple[ClaimRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    accounts: tuple[AccountRow, ...] = ()
    transactions: tuple[Transaction, ...] = ()
    lines: tuple[Line, ...] = ()
    posted: frozenset[str] = frozenset()
    orphans: frozenset[str] = frozenset()  # keys of postings whose row is not there
    open_postings: tuple[OpenPosting, ...] = ()
    ledger_sums: Mapping[str, int] = field(default_factory=dict)  # currency -> everything together
    receivables: Mapping[tuple[int, str], tuple[int, int]] = field(default_factory=dict)  # -> ledger, claims
    balances: Mapping[tuple[int | None, str], tuple[int, int]] = field(default_factory=dict)  # -> ledger, Stripe
    earned: tuple[Earned, ...] = ()
    remembered: frozenset[str] = frozenset()  # Stripe ids of movements that we once knew what they belong to
    missed: tuple[Event, ...] = ()
    parked: tuple[Event, ...] = ()
    method_rows: tuple[MethodRow, ...] = ()
    held_methods: tuple[HeldMethod, ...] = ()
    leaving_methods: frozenset[str] = frozenset()  # Stripe ids of methods that are being detached
