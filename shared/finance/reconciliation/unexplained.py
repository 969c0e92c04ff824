"""Which balance transactions no posting explains, and which postings no balance transaction. Pure.

Every balance transaction is cut into pieces, each under the key that its posting carries: a charge,
its transfer and its commission under the payment's intent; a reversal, a later transfer, a fee
refund, a payout under their own id; refunds and disputes under the balance transaction itself. What
a payout costs goes with the payout. Where a key comes to the same on both sides, everything is
explained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from shared.core.frozen import frozen
from shared.finance.reconciliation.records import (
    BothSides,
    LedgerLine,
    TransactionAtStripe,
)
from shared.finance.reconciliation.stripe_links import StripeLinks

# The kinds of postings that park a balance transaction in suspense, and that end that.
SUSPENSE = ("unexplained", "explained")
# Stripe's own reserve: each posted under its own id.
RESERVE_TYPES = frozenset({"reserve_hold", "reserve_release"})
_PAYOUT_TYPES = frozenset(
    {"payout", "payout_failure", "payout_cancel", "payout_reversal"}
)
_MOVEMENT_TYPES = frozenset({"transfer_refund", "application_fee_refund", "transfer"})

Place = tuple[str, int | None, str]  # key, vendor, currency


@frozen
class Gap:
    """A key that does not come to the same on both sides of one account and currency."""

    key: str
    vendor_id: int | None
    currency: str
    at_stripe: int
    booked: int
    transactions: tuple[TransactionAtStripe, ...]
    lines: tuple[LedgerLine, ...]

    @property
    def recent(self) -> bool:
        """Whether all of it was to be seen.

        What began before the window is judged when everything is compared.
        """
        told = [t.recent for t in self.transactions]
        return any(told) or any(line.recent for line in self.lines)


@frozen
class UnknownMovement:
    """A reversal, later transfer or fee refund of our payment, of which we have no row."""

    stripe_id: str
    intent_id: str
    transaction: TransactionAtStripe


def find_gaps(both: BothSides, links: StripeLinks) -> list[Gap]:
    """Find every key that differs, in the order of Stripe's rows and then of our postings."""
    parked = suspended_transactions(both.lines)
    fee_refunds = FeeRefunds(both, links)
    rows: dict[Place, list[TransactionAtStripe]] = defaultdict(list)
    at_stripe: dict[Place, int] = defaultdict(int)
    for t in both.transactions:
        for key, amount in pieces(t, links, parked, fee_refunds):
            place = (key, t.vendor_id, t.currency)
            at_stripe[place] += amount
            rows[place].append(t)
    lines = _by_place(both.lines, links)
    booked = {place: _sum(mine) for place, mine in lines.items()}
    gaps = []
    for place in dict.fromkeys([*at_stripe, *booked]):
        sums = at_stripe.get(place, 0), booked.get(place, 0)
        if sums[0] != sums[1]:
            theirs, ours = rows.get(place, ()), lines.get(place, ())
            gaps.append(Gap(*place, *sums, tuple(theirs), tuple(ours)))
    return [gap for gap in gaps if gap.recent]


def _sum(lines: Iterable[LedgerLine]) -> int:
    return sum(line.amount for line in lines)


def _by_place(
    lines: Iterable[LedgerLine], links: StripeLinks
) -> dict[Place, list[LedgerLine]]:
    by_place: dict[Place, list[LedgerLine]] = defaultdict(list)
    for line in lines:
        in_suspense = line.kind in SUSPENSE
        key = line.stripe_id if in_suspense else links.key_of(line.stripe_id)
        by_place[key, line.vendor_id, line.currency].append(line)
    return by_place


def pieces(
    t: TransactionAtStripe,
    links: StripeLinks,
    parked: frozenset[str],
    fee_refunds: FeeRefunds,
) -> list[tuple[str, int]]:
    """Cut a balance transaction into (key, minor units), which come to its net."""
    if t.id in parked or t.source is None:
        return [(t.id, t.net)]
    match t.type:
        case "charge":
            return [(links.key_of(t.id), t.net)]
        case "transfer" | "application_fee" | "application_fee_refund":
            return [(links.key_of(t.source), t.net)]
        case "payment":
            transfer = t.links.get("source_transfer", t.id)
            return [(links.key_of(transfer), t.net)]
        case "transfer_refund":
            return [(t.source, t.net)]
        case "payment_refund":
            return _of_reversal(t, links.key_of(t.source), fee_refunds)
        case "adjustment" if t.source.startswith("fr_"):
            return [(t.source, t.net)]
        case type_ if type_ in _PAYOUT_TYPES:
            return [(t.source, t.net)]
        case _:
            return [(t.id, t.net)]


def _of_reversal(
    t: TransactionAtStripe, reversal: str, fee_refunds: FeeRefunds
) -> list[tuple[str, int]]:
    """Part the vendor's side of a reversal from the commission that came back along with it."""
    if not t.fee:
        return [(reversal, t.net)]
    fee_refund = fee_refunds.key_for(t, reversal)
    return [(reversal, t.amount), (fee_refund, -t.fee)]


class FeeRefunds:
    """Which fee refund came back on the row of a reversal, told by payment and amount."""

    def __init__(self, both: BothSides, links: StripeLinks) -> None:
        alone = {t.source for t in both.transactions if t.type == "adjustment"}
        self._waiting: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._links = links
        self._rows = both.transactions
        self._given: dict[str, str] = {}
        for t in both.transactions:
            if (
                t.type == "application_fee_refund"
                and t.source
                and t.source not in alone
            ):
                intent = links.intent_of.get(t.source, "")
                self._waiting[intent, -t.net].append(t.source)

    @property
    def is_sure(self) -> bool:
        """Whether each is told by its payment, and none by its amount alone."""
        links = self._links
        reversals = (
            links.key_of(t.source)
            for t in self._rows
            if t.type == "payment_refund" and t.fee and t.source
        )
        return all(intent for intent, _ in self._waiting) and all(
            links.intent_of.get(reversal) for reversal in reversals
        )

    def key_for(self, t: TransactionAtStripe, reversal: str) -> str:
        """Name the fee refund behind the fee of this row, the same whenever it is asked."""
        if t.id not in self._given:
            intent = self._links.intent_of.get(reversal, "")
            candidates = self._waiting[intent, -t.fee]
            self._given[t.id] = candidates.pop(0) if candidates else t.id
        return self._given[t.id]


def suspended_transactions(lines: Iterable[LedgerLine]) -> frozenset[str]:
    """Name the balance transactions that lie in suspense now."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.kind in SUSPENSE:
            sums[line.stripe_id] += line.amount
    return frozenset(key for key, total in sums.items() if total)


def explained_by_suspense(
    gap: Gap, both: BothSides, links: StripeLinks
) -> tuple[TransactionAtStripe, ...]:
    """Find the parked balance transactions that would explain a posting without one.

    Empty when they do not come to it.
    """
    parked, fee_refunds = suspended_transactions(both.lines), FeeRefunds(both, links)
    place = (gap.vendor_id, gap.currency)
    mine = []
    for t in both.transactions:
        if t.id in parked and (t.vendor_id, t.currency) == place:
            own = dict(pieces(t, links, frozenset(), fee_refunds))
            mine += [t] if gap.key in own else []
    missing = gap.booked - gap.at_stripe
    return tuple(mine) if sum(t.net for t in mine) == missing else ()


def find_unknown_movements(
    both: BothSides, links: StripeLinks
) -> list[UnknownMovement]:
    """Find movements of our payments at Stripe without a row of ours.

    Those that lie in suspense have been told.
    """
    known = {row.stripe_id for row in both.movements}
    parked = suspended_transactions(both.lines)
    intents = {row.intent_id for row in both.payments}
    unknown = []
    for t in both.transactions:
        if t.vendor_id is not None or t.source is None or t.type not in _MOVEMENT_TYPES:
            continue
        if t.source in known or t.id in parked or t.source in links.alias:
            continue
        intent = links.intent_of.get(t.source)
        if intent is not None and intent in intents:
            unknown.append(UnknownMovement(t.source, intent, t))
    return unknown
