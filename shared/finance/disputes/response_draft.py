"""A first answer to a bank, written from what we know of the order; the vendor reads and changes
it. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from shared.core.formats import english_day
from shared.core.money import Money
from shared.finance.disputes.evidence import FIELDS, MOST_EACH


@dataclass(frozen=True)
class Line:
    """One thing that was sold."""

    name: str
    quantity: int
    total: Money
    description: str = ""


@dataclass(frozen=True)
class Message:
    """A mail that the shopper got."""

    sent_at: datetime
    subject: str
    text: str


@dataclass(frozen=True)
class GivenBack:
    """A refund of the order."""

    at: datetime
    amount: Money


@dataclass(frozen=True)
class OtherOrder:
    """Another paid order of the same shopper at the same vendor."""

    number: str
    paid_at: datetime
    total: Money
    charge_id: str
    what: str


@dataclass(frozen=True)
class Facts:
    """What we know of a disputed order."""

    vendor_name: str
    number: str
    charge_id: str
    total: Money
    lines: tuple[Line, ...]
    full_name: str
    email: str
    address: tuple[str, ...]
    placed_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: (
        datetime | None
    )  # as the shop said; what is only taken for granted is no evidence
    carrier: str
    tracking: str
    ip: str
    terms_version: str
    terms_accepted_at: datetime | None
    terms_link: str
    terms_on_returns: str
    messages: tuple[Message, ...] = ()
    refunds: tuple[GivenBack, ...] = ()
    others: tuple[OtherOrder, ...] = field(default=())
    zone: tzinfo = (
        UTC  # of the marketplace: the day on which the parcel was sent is a day there
    )


def draft(facts: Facts, reason: str) -> dict[str, str]:
    """The texts of a first answer, by field; only what we know, and nothing that is not so."""
    texts = {
        "product_description": _sold(facts),
        "customer_name": facts.full_name,
        "customer_email_address": facts.email,
        "customer_purchase_ip": facts.ip,
        "shipping_address": "\n".join(facts.address) if facts.shipped_at else "",
        "shipping_carrier": facts.carrier,
        "shipping_tracking_number": facts.tracking,
        "shipping_date": english_day(facts.shipped_at, facts.zone)
        if facts.shipped_at
        else "",
        "refund_policy_disclosure": _terms(facts),
        "refund_refusal_explanation": _refunds(facts)
        if reason == "credit_not_processed"
        else "",
        "uncategorized_text": _history(facts),
    }
    if reason == "duplicate" and facts.others:
        texts["duplicate_charge_id"] = facts.others[0].charge_id
        texts["duplicate_charge_explanation"] = _two_orders(facts)
    return {name: text[: FIELDS[name].most] for name, text in texts.items() if text}


def _moment(at: datetime) -> str:
    return f"{english_day(at)} at {at.astimezone(UTC):%H:%M} UTC"


def _things(lines: Sequence[Line]) -> str:
    return "\n".join(f"{line.quantity} x {line.name}, {line.total}" for line in lines)


def _sold(facts: Facts) -> str:
    described = [
        f"{line.name}: {line.description}" for line in facts.lines if line.description
    ]
    head = (
        f"Physical goods sold by {facts.vendor_name}, order "
        f"{facts.number}:\n{_things(facts.lines)}\nTotal {facts.total}."
    )
    return "\n\n".join([head, *described])


def _terms(facts: Facts) -> str:
    if facts.terms_accepted_at is None:
        return ""
    where = f" from the network address {facts.ip}" if facts.ip else ""
    return (
        "Beside the button that places the order stands that placing it accepts the terms, with "
        "a link to them"
        f" ({facts.terms_link}). The shopper placed the order and so accepted the version of "
        f"{facts.terms_version} on"
        f" {_moment(facts.terms_accepted_at)}{where}. On returns they say: {facts.terms_on_returns}"
    )


def _refunds(facts: Facts) -> str:
    return "\n".join(
        f"{r.amount} was refunded to the same card on {_moment(r.at)}."
        for r in facts.refunds
    )


def _two_orders(facts: Facts) -> str:
    other = facts.others[0]
    return (
        f"These are two separate orders, each placed and paid by the shopper. The disputed payment"
        f" {facts.charge_id} is for order {facts.number} ({facts.total}), placed on "
        f"{_moment(facts.placed_at)}:\n"
        f"{_things(facts.lines)}\n\nThe other payment {other.charge_id} is for order "
        f"{other.number} ({other.total}), paid on"
        f" {_moment(other.paid_at)}:\n{other.what}"
    )


def _history(facts: Facts) -> str:
    """The order's history and the mails that the shopper got, as far as they fit."""
    events = [
        f"{_moment(facts.placed_at)}: order {facts.number} was placed over {facts.total}."
    ]
    if facts.paid_at:
        events.append(
            f"{_moment(facts.paid_at)}: paid by card, payment {facts.charge_id}."
        )
    if facts.shipped_at:
        way = f" with {facts.carrier}" if facts.carrier else ""
        number = f", tracking number {facts.tracking}" if facts.tracking else ""
        events.append(f"{_moment(facts.shipped_at)}: sent{way}{number}.")
    if facts.delivered_at:
        events.append(
            f"{_moment(facts.delivered_at)}: the shop noted that it was delivered."
        )
    events += [f"{_moment(r.at)}: {r.amount} refunded." for r in facts.refunds]
    text = "What happened:\n" + "\n".join(f"- {event}" for event in events)
    for message in facts.messages:
        said = (
            f"\n\nMail to {facts.email} on {_moment(message.sent_at)}, "
            f"“{message.subject}”:\n{message.text.strip()}"
        )
        if len(text) + len(said) <= MOST_EACH:
            text += said
    return text
