"""The answer to a bank: its fields in a shop owner's words, which of them count for which reason,
and their limits. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.core.errors import Invalid
from shared.finance.disputes.files import KINDS

MOST = 150_000  # characters of all texts together (stripe-facts 13.5)
MOST_EACH = 20_000  # of one long text
MOST_LINE = 500  # of one that is a line: ours; Stripe says nothing


@dataclass(frozen=True)
class Field:
    """One text of an answer. `name` is Stripe's."""

    name: str
    label: str
    hint: str
    is_long: bool = False

    @property
    def most(self) -> int:
        return MOST_EACH if self.is_long else MOST_LINE


_ALL = (
    Field(
        "product_description",
        "What was sold",
        "As on the product page, so that the bank can picture it.",
        True,
    ),
    Field("customer_name", "The shopper’s name", "As given with the order."),
    Field(
        "customer_email_address", "The shopper’s email", "Where the confirmation went."
    ),
    Field(
        "customer_purchase_ip",
        "Where the order came from",
        "The network address that the order was placed from.",
    ),
    Field("shipping_address", "Where it was sent", "The address on the parcel.", True),
    Field(
        "shipping_carrier",
        "Carrier",
        "Who brought the parcel. Several: separate them with commas.",
    ),
    Field(
        "shipping_tracking_number",
        "Tracking number",
        "The strongest proof that it arrived. Several: separate them with commas.",
    ),
    Field("shipping_date", "Sent on", "A date, such as 23 November 2026."),
    Field(
        "duplicate_charge_explanation",
        "Why there are two payments",
        "What each payment was for, and how the orders differ.",
        True,
    ),
    Field(
        "duplicate_charge_id",
        "The other payment",
        "Stripe’s id of the other payment, beginning with ch_.",
    ),
    Field(
        "refund_policy_disclosure",
        "How the shopper saw your terms",
        "When the terms on returns and refunds were shown and accepted.",
        True,
    ),
    Field(
        "refund_refusal_explanation",
        "Why no refund is due",
        "What you agreed with the shopper, what was refunded already, and why not more.",
        True,
    ),
    Field(
        "cancellation_policy_disclosure",
        "How the shopper saw how to cancel",
        "When and where they could read it before they bought.",
        True,
    ),
    Field(
        "cancellation_rebuttal",
        "Why it was not cancelled",
        "What the shopper wrote to you and when, and what you answered.",
        True,
    ),
    Field(
        "uncategorized_text",
        "What happened, and everything else",
        "The order’s history, the mails that the shopper got, and what you wrote to each other.",
        True,
    ),
)
FIELDS: Mapping[str, Field] = {field.name: field for field in _ALL}

_WHO = ("customer_name", "customer_email_address", "customer_purchase_ip")
_PARCEL = (
    "shipping_address",
    "shipping_carrier",
    "shipping_tracking_number",
    "shipping_date",
)
_TERMS = ("refund_policy_disclosure", "refund_refusal_explanation")
_BASIC = ("product_description", *_PARCEL, *_WHO, "uncategorized_text")
# Reason -> the fields that decide it, the weightiest first; the others may be given too.
WEIGHTY: Mapping[str, tuple[str, ...]] = {
    "product_not_received": (
        *_PARCEL[1:],
        "shipping_address",
        "product_description",
        "uncategorized_text",
    ),
    "fraudulent": (*_WHO, *_PARCEL, "product_description", "uncategorized_text"),
    "unrecognized": (*_WHO, "product_description", *_PARCEL, "uncategorized_text"),
    "duplicate": (
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        *_PARCEL,
        "uncategorized_text",
    ),
    "product_unacceptable": (
        "product_description",
        *_TERMS,
        *_PARCEL,
        "uncategorized_text",
    ),
    "credit_not_processed": (
        "refund_refusal_explanation",
        "refund_policy_disclosure",
        "product_description",
        "uncategorized_text",
    ),
    "subscription_canceled": (
        "cancellation_rebuttal",
        "cancellation_policy_disclosure",
        "product_description",
        *_TERMS,
        "uncategorized_text",
    ),
}
ADVICE = {
    "product_not_received": (
        "The bank looks for proof that the parcel arrived at this address: carrier, tracking "
        "number, date."
    ),
    "fraudulent": (
        "The bank looks for signs that the card’s owner bought this: name, email and address that "
        "fit, where the order came from, and that it arrived."
    ),
    "unrecognized": (
        "Often the shopper has only forgotten the name on the statement. Say what was bought, by "
        "whom and where it went."
    ),
    "duplicate": (
        "The bank looks for two orders of two things. If there was only one, refund or accept."
    ),
    "product_unacceptable": (
        "The bank compares what you promised with what was delivered, and looks whether the "
        "shopper tried to return it."
    ),
    "credit_not_processed": (
        "The bank looks for a refund that was paid, or for terms under which none is due."
    ),
    "subscription_canceled": (
        "The bank looks for when the shopper could cancel, and that they did not."
    ),
}


def advice(reason: str) -> str:
    """What the bank looks for, in a sentence."""
    return ADVICE.get(
        reason,
        (
            "Say what was sold, to whom, where it went, and what you and the shopper wrote to "
            "each other."
        ),
    )


def weighty(reason: str) -> tuple[Field, ...]:
    """The fields that decide a dispute of this reason."""
    return tuple(FIELDS[name] for name in WEIGHTY.get(reason, _BASIC))


def others(reason: str) -> tuple[Field, ...]:
    """The fields that may be given too."""
    first = {field.name for field in weighty(reason)}
    return tuple(field for field in _ALL if field.name not in first)


def tidy(texts: Mapping[str, str]) -> dict[str, str]:
    """What was typed, as it is kept: known fields only, plain line ends, nothing empty."""
    plain = {
        name: texts.get(name, "").replace("\r\n", "\n").replace("\r", "\n").strip()
        for name in FIELDS
    }
    return {name: text for name, text in plain.items() if text}


def check(texts: Mapping[str, str]) -> None:
    """Raise Invalid, naming the field, for what Stripe would refuse."""
    for name, text in texts.items():
        field = FIELDS[name]
        if len(text) > field.most:
            raise Invalid(
                f"Use at most {field.most:,} characters here; these are {len(text):,}.",
                param=name,
            )
    together = sum(len(text) for text in texts.values())
    if together > MOST:
        longest = max(texts, key=lambda name: len(texts[name]))
        raise Invalid(
            (
                f"All answers together may have {MOST:,} characters; these are {together:,}. "
                "Shorten the longest, this one."
            ),
            param=longest,
        )


def as_sent(given: Mapping[str, str]) -> dict[str, str]:
    """What goes to Stripe: every text and document that we know, empty where there is none, so that
    what was there is gone.
    """
    return {name: given.get(name, "") for name in (*FIELDS, *KINDS)}


def known_fields(there: Mapping[str, str]) -> dict[str, str]:
    """Of the evidence that Stripe holds, what can have come from here."""
    return {
        name: text for name, text in there.items() if name in FIELDS or name in KINDS
    }
