"""Where the money of one order went, out of its ledger entries: what the shopper paid down to what
reached a bank. Pure.

Each step says what it did to what the vendor is owed and to what the marketplace keeps; together
that is the step's whole. The last steps are what is left on each side, so that all steps (but the
sums in between) come to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from shared.core.frozen import frozen

# shared/finance/ledger/chart.py.
VENDORS = frozenset({"vendor_payable", "vendor_reserved", "vendor_receivable"})
MARKETS = frozenset(
    {"commission", "marketplace_discounts", "stripe_fees", "dispute_losses"}
)
RESERVED, COMMISSION = "vendor_reserved", "commission"
DISCOUNTS = "marketplace_discounts"
# Facts about where the money lies; who owes whom is told by others.
PLACES = (
    "moved",
    "transferred",
    "refund_paid",
    "refund_returned",
    "receivable",
    "reserved",
    "released",
    "parked",
    "unparked",
)


class FlowKind(StrEnum):
    """What a step is about; the words for it are the page's."""

    PAID = "paid"
    DISCOUNT = "discount"  # what the marketplace pays of the price
    STRIPE_FEE = "stripe_fee"
    COMMISSION = "commission"
    SHARE = "share"  # a sum: what the vendor earned by the sale
    REFUND = "refund"
    REFUND_UNDONE = "refund_undone"
    COMMISSION_BACK = "commission_back"
    COMMISSION_AGAIN = "commission_again"
    DISCOUNT_BACK = "discount_back"
    DISCOUNT_AGAIN = "discount_again"
    DISPUTE = "dispute"
    DISPUTE_WON = "dispute_won"
    # what a dispute costs the marketplace: Stripe's fee, and what nobody else can bear
    DISPUTE_COST = "dispute_cost"
    DISPUTE_COST_BACK = "dispute_cost_back"
    LET_GO = "let_go"
    TAKEN = "taken"  # by staff, in Stripe's dashboard
    OTHER = "other"
    LEFT = "left"  # a sum: what the vendor keeps of the order
    PAYOUT = "payout"
    PAYOUT_FAILED = "payout_failed"  # tried, came back: counts for nothing
    NOT_PAID_OUT = "not_paid_out"
    OWED = "owed"  # paid out and then taken back by a refund or a dispute: the vendor owes it
    KEPT = "kept"  # what the marketplace keeps
    BORNE = "borne"  # what the order cost the marketplace in the end


SUMS = frozenset({FlowKind.SHARE, FlowKind.LEFT})
# These stand above the vendor's share.
HEAD = (
    FlowKind.PAID,
    FlowKind.DISCOUNT,
    FlowKind.STRIPE_FEE,
    FlowKind.COMMISSION,
)


@frozen
class Fact:
    """One ledger entry of the order: its posting's kind and key, debits positive."""

    posting_id: int
    kind: str
    key: str
    account: str
    amount: int
    stripe_id: str
    at: datetime


@frozen
class Sent:
    """What of the order went out with one payout. `counts`: it was not sent back."""

    amount: int
    stripe_id: str
    counts: bool
    arrived_at: datetime | None
    arrives_on: datetime | None
    payout_id: int = 0


@frozen
class FlowStep:
    """One line: what it did to the vendor's side and to the marketplace's, in minor units.

    Sums repeat what was before them.
    """

    kind: FlowKind
    vendor: int
    market: int
    stripe_id: str = ""
    at: datetime | None = None
    key: str = ""  # the posting's
    sent: Sent | None = None

    @property
    def whole(self) -> int:
        """Both sides together."""
        return self.vendor + self.market

    @property
    def is_sum(self) -> bool:
        """Whether it only says what the lines above come to."""
        return self.kind in SUMS


def steps(
    facts: Iterable[Fact],
    sent: Sequence[Sent],
) -> tuple[FlowStep, ...]:
    """Every step of an order's money in the order of time; the sale and Stripe's fee first, payouts
    and what is left last.
    """
    told = [step for parts in _postings(facts) for step in _step(parts)]
    found = [*_with_sums(told), *map(_payout, sent)]
    return (*found, *_what_is_left(found)) if found else ()


def _with_sums(told: Sequence[FlowStep]) -> list[FlowStep]:
    """The sale's own steps first; where there was a sale, with what its vendor earned by it and
    keeps of it.
    """
    head = [step for kind in HEAD for step in told if step.kind is kind]
    rest = [step for step in told if step.kind not in HEAD]
    if all(step.kind is not FlowKind.PAID for step in head):
        return [*head, *rest]
    earned = sum(step.vendor for step in head)
    share = FlowStep(FlowKind.SHARE, earned, 0)
    if not rest:
        return [*head, share]
    left = earned + sum(step.vendor for step in rest)
    return [*head, share, *rest, FlowStep(FlowKind.LEFT, left, 0)]


def _payout(part: Sent) -> FlowStep:
    """What went out with one payout; nothing, where it came back."""
    kind, amount = FlowKind.PAYOUT_FAILED, 0
    if part.counts:
        kind, amount = FlowKind.PAYOUT, -part.amount
    at = part.arrived_at or part.arrives_on
    return FlowStep(kind, amount, 0, part.stripe_id, at, sent=part)


def _what_is_left(found: Sequence[FlowStep]) -> tuple[FlowStep, FlowStep]:
    """What is left on the vendor's side and on the marketplace's."""
    vendor = sum(step.vendor for step in found if not step.is_sum)
    market = sum(step.market for step in found if not step.is_sum)
    of_vendor = FlowKind.OWED if vendor < 0 else FlowKind.NOT_PAID_OUT
    of_market = FlowKind.BORNE if market < 0 else FlowKind.KEPT
    return FlowStep(of_vendor, -vendor, 0), FlowStep(of_market, 0, -market)


def places(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Where the money lay: one entry for each fact that moved it and changed nobody's claim."""
    return tuple(parts[0] for parts in _postings(facts) if parts[0].kind in PLACES)


def reserved(facts: Iterable[Fact]) -> int:
    """What of the order is held back now, in minor units."""
    return -sum(fact.amount for fact in facts if fact.account == RESERVED)


def _postings(facts: Iterable[Fact]) -> list[list[Fact]]:
    grouped: dict[int, list[Fact]] = {}
    for fact in facts:
        grouped.setdefault(fact.posting_id, []).append(fact)
    return sorted(grouped.values(), key=_moment_of)


def _moment_of(parts: list[Fact]) -> tuple[datetime, int]:
    return parts[0].at, parts[0].posting_id


# What a posting's steps are called: the vendor's, the commission that goes over, the marketplace's.
NO_NAMES = (FlowKind.OTHER, FlowKind.OTHER, FlowKind.OTHER)
NAMES = {
    "refund": (FlowKind.REFUND, FlowKind.COMMISSION_BACK, FlowKind.OTHER),
    "refund_undone": (
        FlowKind.REFUND_UNDONE,
        FlowKind.COMMISSION_AGAIN,
        FlowKind.OTHER,
    ),
    "dispute_withdrawn": (
        FlowKind.DISPUTE,
        FlowKind.COMMISSION_BACK,
        FlowKind.DISPUTE_COST,
    ),
    "dispute_reinstated": (
        FlowKind.DISPUTE_WON,
        FlowKind.COMMISSION_AGAIN,
        FlowKind.DISPUTE_COST_BACK,
    ),
    "stripe_fee": (FlowKind.OTHER, FlowKind.OTHER, FlowKind.STRIPE_FEE),
    "written_off": (FlowKind.LET_GO, FlowKind.OTHER, FlowKind.LET_GO),
    "taken": (FlowKind.TAKEN, FlowKind.OTHER, FlowKind.TAKEN),
    "given_back": NO_NAMES,
    "commission_returned": (FlowKind.OTHER, FlowKind.COMMISSION_BACK, FlowKind.OTHER),
}


def _step(parts: list[Fact]) -> list[FlowStep]:
    """The steps of one posting: none when it only says where money lies."""
    first = parts[0]
    vendor = -sum(part.amount for part in parts if part.account in VENDORS)
    commission = -sum(part.amount for part in parts if part.account == COMMISSION)
    discount = -sum(part.amount for part in parts if part.account == DISCOUNTS)
    market = -sum(part.amount for part in parts if part.account in MARKETS)
    other = market - commission - discount
    return [
        FlowStep(kind, to_vendor, to_market, first.stripe_id, first.at, first.key)
        for kind, to_vendor, to_market in _amounts(
            first.kind, vendor, commission, discount, other
        )
    ]


# What a posting does to the marketplace's discount is called, by what it is; else it comes back.
DISCOUNT_NAMES = {
    "sale": FlowKind.DISCOUNT,
    "refund_undone": FlowKind.DISCOUNT_AGAIN,
    "dispute_reinstated": FlowKind.DISCOUNT_AGAIN,
}


def _amounts(
    posting: str,
    vendor: int,
    commission: int,
    discount: int,
    other: int,
) -> list[tuple[FlowKind, int, int]]:
    """A posting's steps, with what each did to the vendor's side and to the marketplace's.

    The whole is the vendor's first, or goes to the shopper out of the vendor's share; then the
    marketplace pays its discount, or has it back, and the commission goes over to it, or is given
    back.
    """
    mine, back, theirs = NAMES.get(posting, NO_NAMES)
    if posting == "sale":
        mine, back, other = FlowKind.PAID, FlowKind.COMMISSION, 0
    if posting in ("written_off", "taken", "given_back"):
        return [(mine, vendor, other)]
    found = []
    if posting == "sale" or vendor or commission or discount:
        found.append((mine, vendor + commission + discount, 0))
    if discount:
        name = DISCOUNT_NAMES.get(posting, FlowKind.DISCOUNT_BACK)
        found.append((name, -discount, discount))
    if commission:
        found.append((back, -commission, commission))
    if other:
        found.append((theirs, 0, other))
    return found
