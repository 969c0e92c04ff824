"""Our rows against Stripe's objects: payments, refunds, disputes, payouts, movements. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from shared.core.money import Money
from shared.finance.reconciliation.explain import Links, unknown_movements
from shared.finance.reconciliation.facts import (
    Facts,
    Finding,
    Intent,
    Kind,
    Mirror,
    MovementRow,
    PaymentRow,
    Repair,
    Thing,
    Transaction,
)

_OPEN = frozenset({"opening", "pending", "requires_action", "processing", "failed"})
_TAKEN = frozenset({"succeeded", "refunded", "parked"})
_FINAL = frozenset(
    {"succeeded", "canceled", "processing"}
)  # an intent's words that are no mere waiting for the shopper
_WORDS = {"refund": "Refund", "dispute": "Dispute", "payout": "Payout"}
_FOLLOW = {"refund": Repair.FOLLOW_REFUND, "dispute": Repair.FOLLOW_DISPUTE, "payout": Repair.FOLLOW_PAYOUT}


def money(amount: int, currency: str) -> str:
    """An amount as people read it."""
    return str(Money(amount, currency))


def payments(facts: Facts, links: Links) -> Iterator[Finding]:
    """Each payment against its intent, its charge, its order and its postings."""
    intents = {intent.id: intent for intent in facts.intents}
    fees = {links.root(t.id): t for t in facts.transactions if t.type == "charge" and t.vendor_id is None}
    known = {row.intent_id for row in facts.payments} | {None}
    opening = {row.id: row for row in facts.payments if row.intent_id is None and row.state == "opening"}
    said: set[str] = set()
    marked = {i.payment_id: i for i in facts.intents if i.id not in known and i.payment_id is not None}
    for row in facts.payments:
        intent = intents.get(row.intent_id or "")
        found = _against_intent(row, intent, marked.get(row.id)) or _order_behind(row) or _unposted(row, facts.posted)
        if found is not None:
            said |= found.covers
            yield found
            continue
        charge = fees.get(row.intent_id or "")
        if row.state in _TAKEN and intent is not None and charge is not None:
            yield from _charge(row, intent, (charge.id, charge.fee), facts.posted)
    for intent in facts.intents:
        if intent.id not in known and intent.payment_id is not None and intent.received and intent.id not in said:
            yield _unknown(intent, opening.get(intent.payment_id))


def _unknown(intent: Intent, row: PaymentRow | None) -> Finding:
    """An intent that carries our mark and took money, and that no payment of ours has."""
    text = f"Stripe took a payment that carries order {intent.order_number}, and we have no payment of that id."
    if row is not None and row.order_number == intent.order_number:
        return Finding(
            Kind.ORDER_UNPAID, f"payment:{row.id}", f"Order {row.order_number} is paid at Stripe and unpaid here.",
            row.state, intent.status, Repair.CONFIRM_PAYMENT, intent.id, row.vendor_id, {"payment_id": row.id, "intent_id": intent.id},
            frozenset({intent.id}),
        )  # fmt: skip
    return Finding(
        Kind.INTENT_UNKNOWN,
        f"intent:{intent.id}",
        text,
        "none",
        money(intent.received, intent.currency),
        stripe_id=intent.id,
    )


def _against_intent(row: PaymentRow, intent: Intent | None, marked: Intent | None) -> Finding | None:
    """The first thing that is wrong between a payment and its intent; `marked` is one that carries our mark of this payment."""
    if row.intent_id is None:
        return None
    subject = f"payment:{row.id}"
    common: dict[str, Any] = {"stripe_id": row.intent_id, "vendor_id": row.vendor_id}
    covers, arguments = frozenset({row.intent_id}), {"payment_id": row.id, "intent_id": row.intent_id}
    order = f"order {row.order_number}"
    if intent is None:
        if not row.recent:
            return None
        text = f"Stripe does not know the payment of {order} under this id."
        other = marked if marked is not None and marked.order_number == row.order_number else None
        covers |= {other.id} if other else set()
        ours, theirs = f"{row.state}, {row.intent_id}", f"{other.status}, {other.id}" if other else "none"
        return Finding(Kind.PAYMENT_MISSING, subject, text, ours, theirs, covers=covers, **common)
    ours, theirs = money(row.amount, row.currency), money(intent.amount, intent.currency)
    if (row.amount, row.currency) != (intent.amount, intent.currency) and row.state != "parked":
        text = f"The payment of {order} is over another amount at Stripe."
        return Finding(Kind.PAYMENT_DIFFERS, subject, text, ours, theirs, covers=covers, **common)
    if intent.status == "succeeded" and row.state not in _TAKEN:
        text = f"Order {row.order_number} is paid at Stripe and unpaid here."
        repair = Repair.CONFIRM_PAYMENT if row.state in _OPEN else Repair.NONE
        return Finding(
            Kind.ORDER_UNPAID, subject, text, row.state, intent.status, repair, arguments=arguments, covers=covers, **common
        )  # fmt: skip
    if row.state in _TAKEN and intent.status != "succeeded":
        text = f"The payment of {order} took money here, and at Stripe it did not."
        return Finding(Kind.PAYMENT_DIFFERS, subject, text, row.state, intent.status, covers=covers, **common)
    behind = intent.status in _FINAL and row.state in _OPEN and row.state != intent.status
    if behind or (row.state == "processing" and intent.status != "processing"):
        text = f"The payment of {order} has moved on at Stripe."
        return Finding(
            Kind.PAYMENT_BEHIND, subject, text, row.state, intent.status, Repair.CONFIRM_PAYMENT, arguments=arguments, **common
        )  # fmt: skip
    return None


def _order_behind(row: PaymentRow) -> Finding | None:
    if row.state not in ("succeeded", "refunded") or row.order_state in ("paid", "refunded"):
        return None
    text = f"The payment of order {row.order_number} succeeded, but the order does not say that it is paid."
    return Finding(
        Kind.ORDER_BEHIND, f"order:{row.order_id}", text, row.order_state, "paid", Repair.MARK_PAID, row.intent_id,
        row.vendor_id, {"payment_id": row.id},
    )  # fmt: skip


def _unposted(row: PaymentRow, posted: frozenset[str]) -> Finding | None:
    wanted = "parked" if row.state == "parked" else "sale"
    if row.state not in _TAKEN or f"{wanted}:{row.id}" in posted:
        return None
    text = f"Order {row.order_number} was paid, and the ledger does not have it."
    return Finding(
        Kind.SALE_UNPOSTED, f"payment:{row.id}", text, "no posting", money(row.amount, row.currency), Repair.POST_SALE,
        row.intent_id, row.vendor_id, {"payment_id": row.id, "intent_id": row.intent_id}, frozenset({row.intent_id or ""}),
    )  # fmt: skip


def _charge(row: PaymentRow, intent: Intent, charge: tuple[str, int], posted: frozenset[str]) -> Iterator[Finding]:
    """What followed the charge a moment later: Stripe's fee, and the ids that we noted."""
    transaction_id, fee = charge
    arguments = {"payment_id": row.id, "charge_id": intent.charge_id}
    common: dict[str, Any] = {"stripe_id": intent.charge_id, "vendor_id": row.vendor_id, "arguments": arguments}
    if fee and f"stripe_fee:{row.id}" not in posted:
        yield Finding(
            Kind.FEE_UNPOSTED, f"payment:{row.id}", f"Stripe took a fee for order {row.order_number}, and the ledger does not have it.",
            "no posting", money(fee, row.currency), Repair.READ_CHARGE, covers=frozenset({intent.id}), **common,
        )  # fmt: skip
        return
    ours = (row.charge_id, row.transaction_id, row.stripe_fee)
    theirs = (intent.charge_id, transaction_id, fee)
    if ours != theirs:
        shown = ("no charge noted", f"{row.charge_id or 'no charge'}, fee {row.stripe_fee}")[row.charge_id is not None]
        yield Finding(
            Kind.CHARGE_DIFFERS, f"payment:{row.id}", f"What we noted of the charge of order {row.order_number} is not what Stripe says.",
            shown, f"{intent.charge_id}, fee {fee}", Repair.READ_CHARGE, **common,
        )  # fmt: skip


def things(facts: Facts, links: Links) -> Iterator[Finding]:
    """Refunds, disputes and payouts: unknown here, in another state, or unknown at Stripe."""
    ours = {(row.what, row.stripe_id): row for row in facts.mirrors}
    theirs = {(thing.what, thing.id): thing for thing in facts.things}
    payments_of = {row.intent_id: row for row in facts.payments if row.intent_id}
    for key, thing in theirs.items():
        row = ours.get(key)
        payment = payments_of.get(thing.intent_id or "")
        if row is None and thing.what != "payout" and payment is None:
            continue  # about a charge that is none of ours; its money is looked at all the same
        vendor_id = thing.vendor_id if payment is None else payment.vendor_id
        covers = _covered(thing, facts, links)
        if row is None:
            yield _thing_unknown(thing, vendor_id, payment, covers)
        elif (row.state, row.amount, row.currency) != (thing.state, thing.amount, thing.currency):
            yield _thing_differs(row, thing, covers)
    for key, row in ours.items():
        if key not in theirs and row.recent:
            yield _thing_missing(row)


def _arguments(thing: Thing) -> dict[str, str | None]:
    return {"stripe_id": thing.id, "account": thing.account}


def _thing_unknown(thing: Thing, vendor_id: int | None, payment: PaymentRow | None, covers: frozenset[str]) -> Finding:
    about = f" of order {payment.order_number}" if payment else ""
    amount = money(thing.amount, thing.currency)
    return Finding(
        Kind(f"{thing.what}_unknown"), f"{thing.what}:{thing.id}", f"{_WORDS[thing.what]}{about} at Stripe that we do not know.",
        "none", f"{amount}, {thing.state}", _FOLLOW[thing.what], thing.id, vendor_id, _arguments(thing), covers,
    )  # fmt: skip


def _thing_differs(row: Mirror, thing: Thing, covers: frozenset[str]) -> Finding:
    same = (row.amount, row.currency) == (thing.amount, thing.currency)
    ours, theirs = (f"{money(x.amount, x.currency)}, {x.state.replace('_', ' ')}" for x in (row, thing))
    what = "is in another state" if same else "is over another amount"
    return Finding(
        Kind(f"{row.what}_differs"), f"{row.what}:{row.id}", f"{_WORDS[row.what]} {row.id} {what} at Stripe.", ours, theirs,
        _FOLLOW[row.what] if same else Repair.NONE, thing.id, row.vendor_id, _arguments(thing), covers,
    )  # fmt: skip


def _thing_missing(row: Mirror) -> Finding:
    return Finding(
        Kind(f"{row.what}_missing"), f"{row.what}:{row.id}", f"Stripe does not know {row.what} {row.id} of ours.",
        f"{money(row.amount, row.currency)}, {row.state}", "none", stripe_id=row.stripe_id, vendor_id=row.vendor_id,
        covers=frozenset({row.stripe_id}),
    )  # fmt: skip


def _covered(thing: Thing, facts: Facts, links: Links) -> frozenset[str]:
    """The keys of the money that moved because of a refund, dispute or payout, and of what moved along with it."""
    keys = {thing.id} | {t.id for t in facts.transactions if t.source == thing.id}
    if thing.intent_id:
        keys |= {
            key for key, intent, _ in unknown_movements(facts, links, facts.movements) if intent == thing.intent_id
        }
    return frozenset(keys)


def movements(facts: Facts, links: Links) -> Iterator[Finding]:
    """Reversals, transfers and fee refunds: never finished, unknown here, or unknown at Stripe."""
    payment_of = {row.intent_id: row for row in facts.payments if row.intent_id}
    intent_of = {row.id: row.intent_id for row in facts.payments}
    unknown = unknown_movements(facts, links, facts.movements)
    for row in facts.movements:
        if row.state != "opening":
            continue
        # What was asked of Stripe, whose answer got lost, is there already and is found again under its key.
        same = [u for u in unknown if abs(u[2].amount) == row.amount and payment_of[u[1]].vendor_id == row.vendor_id]
        made = min(same, key=lambda u: u[1] != intent_of.get(row.payment_id), default=None)
        if made is not None:
            unknown.remove(made)
        text = "This movement was written down and never finished."
        yield _movement(row, Kind.MOVEMENT_OPEN, text, Repair.SETTLE_CLAIM, made[0] if made else None)
    by_hand = [u for u in unknown if _is_by_hand(*u, facts)]  # first: what went back of it is noted with it
    for key, intent, t in [*by_hand, *(u for u in unknown if u not in by_hand)]:
        found = _movement_unknown(key, payment_of[intent], t, _all_of(key, facts, links))
        yield _taken_by_hand(found, payment_of[intent], t) if (key, intent, t) in by_hand else found
    at_stripe = {t.source for t in facts.transactions if t.vendor_id is None}
    for row in facts.movements:
        if row.state == "done" and row.recent and row.stripe_id not in at_stripe:
            text = "Stripe does not know this movement of ours."
            yield _movement(row, Kind.MOVEMENT_MISSING, text, Repair.NONE, row.stripe_id)


def _is_by_hand(key: str, _intent: str, t: Transaction, facts: Facts) -> bool:
    return t.type == "transfer_refund" and "source_refund" not in t.links and key not in facts.remembered


def _taken_by_hand(found: Finding, payment: PaymentRow, t: Transaction) -> Finding:
    text = (
        f"Somebody took {money(t.net, t.currency)} back from the vendor of order {payment.order_number} in Stripe's dashboard."
        " If that was right, book it as taken from the vendor. If not, send it back there first: then both are noted."
    )
    return replace(found, kind=Kind.TAKEN_BY_HAND, text=text, repair=Repair.BOOK_TAKEN)


def _movement_unknown(key: str, payment: PaymentRow, t: Transaction, rows: list[list[object]]) -> Finding:
    links = t.links
    return Finding(
        Kind.MOVEMENT_UNKNOWN, f"movement:{key}",
        f"Money moved between the platform and the vendor of order {payment.order_number}, and we do not know why.",
        "none", money(t.net, t.currency), Repair.ADOPT_MOVEMENT, key, payment.vendor_id,
        {
            "stripe_id": key, "payment_id": payment.id, "type": t.type, "amount": abs(t.amount),
            "refund": links.get("source_refund"),
            "source": links.get("transfer") or links.get("fee") or links.get("source_transaction"),
            "transactions": rows,
        },
        frozenset({key}),
    )  # fmt: skip


def _all_of(key: str, facts: Facts, links: Links) -> list[list[object]]:
    mine = [t for t in facts.transactions if t.source and links.root(t.source) == key]
    return [[t.id, t.vendor_id, t.net, t.currency] for t in mine]


def _movement(row: MovementRow, kind: Kind, text: str, repair: Repair, stripe_id: str | None) -> Finding:
    return Finding(
        kind, f"movement:{row.id}", f"{row.kind.replace('_', ' ').capitalize()} of {row.subject.replace(':', ' ')}: {text}",
        f"{money(row.amount, row.currency)}, {row.state}", "none" if kind is Kind.MOVEMENT_MISSING else "", repair,
        stripe_id, row.vendor_id, {"subject": row.subject}, frozenset({stripe_id or ""}),
    )  # fmt: skip
