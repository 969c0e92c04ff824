"""A first answer to a bank, written from what we know of the order; the vendor reads and changes
it. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import UTC, datetime, tzinfo

from shared.core.formats import english_day
from shared.core.frozen import frozen
from shared.core.locales import SOURCE, speaking
from shared.core.money import Money
from shared.core.words import word
from shared.finance.disputes.evidence import FIELDS, MOST_EACH
from shared.trade.orders.sold_vat import SoldVat


@frozen
class Line:
    """One thing that was sold."""

    name: str
    quantity: int
    total: Money
    description: str = ""


@frozen
class Message:
    """A mail that the shopper got."""

    sent_at: datetime
    subject: str
    text: str


@frozen
class GivenBack:
    """A refund of the order."""

    at: datetime
    amount: Money


@frozen
class OtherOrder:
    """Another paid order of the same shopper at the same vendor."""

    number: str
    paid_at: datetime
    total: Money
    charge_id: str
    what: str


@frozen
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
    sent_by: str = ""  # the way of sending that the shopper chose and paid for
    is_pickup: bool = False  # nothing was sent
    discount: Money | None = None  # that a code took off the goods
    vat: SoldVat | None = None  # what of the total is VAT; None: not known

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent; None of what is picked up."""
        return None if self.is_pickup else self.shipped_at


def draft(facts: Facts, reason: str) -> dict[str, str]:
    """The texts of a first answer, by field; only what we know, and nothing that is not so.

    A bank reads it, so it is English whatever is spoken here.
    """
    with speaking(SOURCE):
        texts = _texts(facts, reason)
    given = {name: text for name, text in texts.items() if text}
    return {name: text[: FIELDS[name].most] for name, text in given.items()}


def _texts(facts: Facts, reason: str) -> dict[str, str]:
    texts = {
        "product_description": _sold(facts),
        "customer_name": facts.full_name,
        "customer_email_address": facts.email,
        "customer_purchase_ip": facts.ip,
        "shipping_address": "\n".join(facts.address) if facts.sent_at else "",
        "shipping_carrier": facts.carrier,
        "shipping_tracking_number": facts.tracking,
        "shipping_date": english_day(facts.sent_at, facts.zone)
        if facts.sent_at
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
    return texts


def _said(code: str, **values: object) -> str:
    return word("disputes.draft", code, **values)


def _moment(at: datetime) -> str:
    return _said("moment", day=english_day(at), time=f"{at.astimezone(UTC):%H:%M}")


def _things(lines: Sequence[Line]) -> str:
    return "\n".join(f"{line.quantity} x {line.name}, {line.total}" for line in lines)


def _sold(facts: Facts) -> str:
    described = [
        f"{line.name}: {line.description}" for line in facts.lines if line.description
    ]
    head = [
        _said("sold", vendor=facts.vendor_name, number=facts.number),
        _things(facts.lines),
        _said("total", total=facts.total),
    ]
    return "\n\n".join(["\n".join(head), *described])


def _terms(facts: Facts) -> str:
    if facts.terms_accepted_at is None:
        return ""
    return _said(
        "terms_from_address" if facts.ip else "terms",
        link=facts.terms_link,
        version=facts.terms_version,
        moment=_moment(facts.terms_accepted_at),
        ip=facts.ip,
        returns=facts.terms_on_returns,
    )


def _refunds(facts: Facts) -> str:
    return "\n".join(
        _said("refunded", amount=refund.amount, moment=_moment(refund.at))
        for refund in facts.refunds
    )


def _two_orders(facts: Facts) -> str:
    other = facts.others[0]
    disputed_one = _said(
        "disputed_order",
        charge=facts.charge_id,
        number=facts.number,
        total=facts.total,
        moment=_moment(facts.placed_at),
    )
    other_one = _said(
        "other_order",
        charge=other.charge_id,
        number=other.number,
        total=other.total,
        moment=_moment(other.paid_at),
    )
    things = _things(facts.lines)
    return f"{disputed_one}\n{things}\n\n{other_one}\n{other.what}"


def _history(facts: Facts) -> str:
    """The order's history and the mails that the shopper got, as far as they fit."""
    events = "\n".join(f"- {event}" for event in _events(facts))
    text = f"{_said('history')}\n{events}"
    for message in facts.messages:
        said = _mail(message, facts.email)
        if len(text) + len(said) <= MOST_EACH:
            text += said
    return text


def _events(facts: Facts) -> Iterator[str]:
    yield _event(
        "placed",
        facts.placed_at,
        number=facts.number,
        total=facts.total,
    )
    if facts.paid_at:
        yield _event("paid", facts.paid_at, charge=facts.charge_id)
    if facts.shipped_at and facts.is_pickup:
        yield _event("ready", facts.shipped_at)
    elif facts.shipped_at:
        with_carrier = "_with" if facts.carrier else ""
        tracked = "_tracked" if facts.tracking else ""
        yield _event(
            f"sent{with_carrier}{tracked}",
            facts.shipped_at,
            carrier=facts.carrier,
            tracking=facts.tracking,
        )
    if facts.delivered_at:
        code = "collected" if facts.is_pickup else "delivered"
        yield _event(code, facts.delivered_at)
    for refund in facts.refunds:
        yield _event("refunded", refund.at, amount=refund.amount)


def _event(code: str, at: datetime, **values: object) -> str:
    return word("disputes.draft_history", code, moment=_moment(at), **values)


def _mail(message: Message, email: str) -> str:
    head = _said(
        "mail",
        email=email,
        moment=_moment(message.sent_at),
        subject=message.subject,
    )
    return f"\n\n{head}\n{message.text.strip()}"
