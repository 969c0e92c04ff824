"""The answer to a bank: its fields in a shop owner's words, which of them count for which reason,
and their limits. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.core.formats import number
from shared.core.frozen import frozen
from shared.core.words import word, words
from shared.finance.disputes.errors import AnswerTextsTooLong, AnswerTextTooLong
from shared.finance.disputes.files import KINDS

MOST = 150_000  # characters of all texts together (stripe-facts 13.5)
MOST_EACH = 20_000  # of one long text
MOST_LINE = 500  # of one that is a line: ours; Stripe says nothing


@frozen
class Field:
    """One text of an answer. `name` is Stripe's."""

    name: str
    is_long: bool = False

    @property
    def label(self) -> str:
        return words("disputes.fields", self.name)["label"]

    @property
    def hint(self) -> str:
        return words("disputes.fields", self.name)["hint"]

    @property
    def most(self) -> int:
        return MOST_EACH if self.is_long else MOST_LINE


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("product_description", is_long=True),
        Field("customer_name"),
        Field("customer_email_address"),
        Field("customer_purchase_ip"),
        Field("shipping_address", is_long=True),
        Field("shipping_carrier"),
        Field("shipping_tracking_number"),
        Field("shipping_date"),
        Field("duplicate_charge_explanation", is_long=True),
        Field("duplicate_charge_id"),
        Field("refund_policy_disclosure", is_long=True),
        Field("refund_refusal_explanation", is_long=True),
        Field("cancellation_policy_disclosure", is_long=True),
        Field("cancellation_rebuttal", is_long=True),
        Field("uncategorized_text", is_long=True),
    )
}

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


def advice(reason: str) -> str:
    """What the bank looks for, in a sentence."""
    return word("disputes.advice", reason)


def weighty(reason: str) -> tuple[Field, ...]:
    """The fields that decide a dispute of this reason."""
    return tuple(FIELDS[name] for name in WEIGHTY.get(reason, _BASIC))


def others(reason: str) -> tuple[Field, ...]:
    """The fields that may be given too."""
    first = {field.name for field in weighty(reason)}
    return tuple(field for field in FIELDS.values() if field.name not in first)


def tidy(texts: Mapping[str, str]) -> dict[str, str]:
    """What was typed, as it is kept: known fields only, plain line ends, nothing empty."""
    plain = {name: _with_plain_ends(texts.get(name, "")) for name in FIELDS}
    return {name: text for name, text in plain.items() if text}


def _with_plain_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def check(texts: Mapping[str, str]) -> None:
    """Raise Invalid, naming the field, for what Stripe would refuse."""
    for name, text in texts.items():
        field = FIELDS[name]
        if len(text) > field.most:
            raise AnswerTextTooLong(
                most=number(field.most),
                count=number(len(text)),
                param=name,
            )
    together = sum(len(text) for text in texts.values())
    if together > MOST:
        longest = max(texts, key=lambda name: len(texts[name]))
        raise AnswerTextsTooLong(
            most=number(MOST),
            count=number(together),
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
