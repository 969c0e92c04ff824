"""Which postings explain which balance transactions. Pure.

Every balance transaction is cut into pieces, each under the key that its posting carries: a charge, its transfer and its
commission under the payment's intent; a reversal, a later transfer, a fee refund, a payout under their own id; refunds and
disputes under the balance transaction itself. What a payout costs goes with the payout. Where a key comes to the same on both sides, everything is explained.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from shared.finance.reconciliation.facts import Facts, Line, MovementRow, PaymentRow, Transaction

SUSPENSE = ("unexplained", "explained")  # the kinds of postings that park a balance transaction, and that end that
RESERVE_TYPES = frozenset({"reserve_hold", "reserve_release"})  # Stripe's own reserve: each posted under its own id
_PAYOUTS = frozenset({"payout", "payout_failure", "payout_cancel", "payout_reversal"})


@dataclass(frozen=True)
class Gap:
    """A key that does not come to the same on both sides of one account and currency."""

    key: str
    vendor_id: int | None
    currency: str
    theirs: int
    ours: int
    transactions: tuple[Transaction, ...]
    lines: tuple[Line, ...]

    @property
    def recent(self) -> bool:
        """Whether all of it was to be seen; what began before the window is judged by a look at everything."""
        return any(t.recent for t in self.transactions) or any(line.recent for line in self.lines)


@dataclass
class Links:
    """Which id stands for which: transfers, commissions and charges for their intent, and whose payment a movement is about."""

    alias: dict[str, str]
    intent_of: dict[str, str]

    def root(self, stripe_id: str) -> str:
        """The key that an id is known under."""
        return self.alias.get(stripe_id, stripe_id)


def links_of(facts: Facts) -> Links:
    """What our rows and the sources of Stripe's rows say of how ids belong together."""
    alias: dict[str, str] = {}
    for row in facts.payments:
        if row.intent_id:
            alias.update(_own(row, row.intent_id))
    for t in facts.transactions:
        intent = t.links.get("payment_intent")
        if t.type == "charge" and t.vendor_id is None and intent and t.source:
            named = (t.id, t.source, t.links.get("transfer"), t.links.get("application_fee"))
            alias.update({name: intent for name in named if name})
    for t in facts.transactions:
        if t.type == "application_fee" and t.source and t.links.get("originating_transaction", "") in alias:
            alias[t.source] = alias[t.links["originating_transaction"]]
        elif t.type == "application_fee" and t.source and "payout" in t.links:
            alias[t.source] = t.links["payout"]
        elif t.type == "payment_refund" and t.source and "source_transfer_reversal" in t.links:
            alias[t.source] = t.links["source_transfer_reversal"]
    alias |= _with_payouts(facts, alias)
    intent_of: dict[str, str] = {}
    for t in facts.transactions:
        for name in ("transfer", "fee", "source_transaction", "charge", "source_transfer"):
            other = t.links.get(name, "")
            if t.source and (intent := alias.get(other) or intent_of.get(other)):
                intent_of.setdefault(t.source, intent)
    return Links(alias, intent_of)


def _with_payouts(facts: Facts, alias: dict[str, str]) -> dict[str, str]:
    """Fees of payouts that came back along with them; one that was given back alone is a movement of its own."""
    fees = {t.source for t in facts.transactions if t.type == "application_fee" and "payout" in t.links}
    alone = {t.source for t in facts.transactions if t.type == "adjustment"}
    return {
        t.source: alias[t.links["fee"]]
        for t in facts.transactions
        if t.type == "application_fee_refund" and t.source and t.source not in alone and t.links.get("fee") in fees
    }


def _own(row: PaymentRow, intent: str) -> dict[str, str]:
    named = (row.charge_id, row.transfer_id, row.fee_id, row.transaction_id)
    return {name: intent for name in named if name}


def pieces(t: Transaction, links: Links, parked: frozenset[str], given_back: GivenBack) -> list[tuple[str, int]]:
    """A balance transaction as (key, minor units); the pieces come to its net."""
    if t.id in parked or t.source is None:
        return [(t.id, t.net)]
    match t.type:
        case "charge":
            return [(links.root(t.id), t.net)]
        case "transfer" | "application_fee" | "application_fee_refund":
            return [(links.root(t.source), t.net)]
        case "payment":
            return [(links.root(t.links.get("source_transfer", t.id)), t.net)]
        case "transfer_refund":
            return [(t.source, t.net)]
        case "payment_refund":
            key = links.root(t.source)
            fee_key = given_back.key_for(t, key) if t.fee else key
            return [(key, t.amount), (fee_key, -t.fee)] if t.fee else [(key, t.net)]
        case "adjustment" if t.source.startswith("fr_"):
            return [(t.source, t.net)]
        case kind if kind in _PAYOUTS:
            return [(t.source, t.net)]
        case _:
            return [(t.id, t.net)]


class GivenBack:
    """Commission that came back on the row of a reversal: which fee refund it is, told by payment and amount."""

    def __init__(self, facts: Facts, links: Links) -> None:
        alone = {t.source for t in facts.transactions if t.type == "adjustment"}
        self._waiting: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._links = links
        self._given: dict[str, str] = {}
        for t in facts.transactions:
            if t.type == "application_fee_refund" and t.source and t.source not in alone:
                self._waiting[links.intent_of.get(t.source, ""), -t.net].append(t.source)

    def key_for(self, t: Transaction, reversal: str) -> str:
        """The fee refund behind the fee of this row; the same one however often it is asked."""
        if t.id not in self._given:
            found = self._waiting[self._links.intent_of.get(reversal, ""), -t.fee]
            self._given[t.id] = found.pop(0) if found else t.id
        return self._given[t.id]


def parked_transactions(lines: Iterable[Line]) -> frozenset[str]:
    """Balance transactions that lie in suspense now."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.kind in SUSPENSE:
            sums[line.stripe_id] += line.amount
    return frozenset(key for key, total in sums.items() if total)


Place = tuple[str, int | None, str]


def gaps(facts: Facts, links: Links) -> list[Gap]:
    """Every key that differs, in the order in which Stripe's rows and then our postings tell them."""
    parked, given_back = parked_transactions(facts.lines), GivenBack(facts, links)
    theirs: dict[Place, int] = defaultdict(int)
    ours: dict[Place, int] = defaultdict(int)
    rows: dict[Place, list[Transaction]] = defaultdict(list)
    lines: dict[Place, list[Line]] = defaultdict(list)
    for t in facts.transactions:
        for key, amount in pieces(t, links, parked, given_back):
            place = (key, t.vendor_id, t.currency)
            theirs[place] += amount
            rows[place].append(t)
    for line in facts.lines:
        key = line.stripe_id if line.kind in SUSPENSE else links.root(line.stripe_id)
        place = (key, line.vendor_id, line.currency)
        ours[place] += line.amount
        lines[place].append(line)
    found = [
        Gap(*place, theirs[place], ours[place], tuple(rows[place]), tuple(lines[place]))
        for place in dict.fromkeys([*theirs, *ours])
        if theirs[place] != ours[place]
    ]
    return [gap for gap in found if gap.recent]


def in_suspense(gap: Gap, facts: Facts, links: Links) -> tuple[Transaction, ...]:
    """The parked balance transactions that would explain a posting without one; empty when they do not come to it."""
    parked, given_back = parked_transactions(facts.lines), GivenBack(facts, links)
    mine = tuple(
        t
        for t in facts.transactions
        if t.id in parked
        and (t.vendor_id, t.currency) == (gap.vendor_id, gap.currency)
        and gap.key in {key for key, _ in pieces(t, links, frozenset(), given_back)}
    )
    return mine if mine and sum(t.net for t in mine) == gap.ours - gap.theirs else ()


def unknown_movements(facts: Facts, links: Links, known: Iterable[MovementRow]) -> list[tuple[str, str, Transaction]]:
    """Reversals, later transfers and fee refunds of our payments without a row of ours: (id, intent, Stripe's row).

    Those that lie in suspense have been told.
    """
    ids, parked = {row.stripe_id for row in known}, parked_transactions(facts.lines)
    intents = {row.intent_id for row in facts.payments}
    found = []
    for t in facts.transactions:
        if t.vendor_id is not None or t.source is None or t.source in ids or t.id in parked:
            continue
        if t.type in ("transfer_refund", "application_fee_refund", "transfer") and t.source not in links.alias:
            intent = links.intent_of.get(t.source)
            if intent in intents:
                found.append((t.source, str(intent), t))
    return found
