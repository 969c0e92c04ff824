"""Is this webhook really Stripe's? Raw body, several live secrets, tolerance both ways."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.core import clock
from shared.core.errors import MarketError
from shared.infra.gateway.events import VerifiedEvent

TOLERANCE = timedelta(minutes=5)


class BadSignature(MarketError):
    """Not signed with one of our secrets, too long ago or too far ahead; or it is no event."""

    status = 400
    code = "bad_signature"
    default = "The signature or the payload of this webhook is not valid."

    def __init__(
        self,
        why: str,
        *,
        log: str | None = None,
    ) -> None:
        """`why` is one of our own few words for it, never the sender's."""
        super().__init__(NO_EVENT if why == WHY_NO_EVENT else None, log=log or why)
        self.why = why


WHY_NO_EVENT = "the payload is no event"
NOT_SIGNED = "no live secret matches"
NO_EVENT = "The payload of this webhook is not an event."
# What reading JSON raises that is none; the last two for a moment that no clock has.
_NO_EVENTS = (
    AttributeError,
    KeyError,
    RecursionError,
    TypeError,
    ValueError,
    OSError,
    OverflowError,
)


def verify(
    body: bytes,
    header: str | None,
    secrets: Sequence[str],
) -> VerifiedEvent:
    """The event in `body` if any of the live `secrets` signed it. Raises BadSignature.

    The SDK accepts timestamps far in the future (stripe-facts 15.7), so both sides are checked
    here by our own clock.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadSignature("the body is not UTF-8") from None
    if header is not None and not header.isascii():
        raise BadSignature(
            "the header is not ASCII"
        )  # the SDK's comparison would raise TypeError
    if not any(_signed(text, header, secret) for secret in secrets):
        raise BadSignature(NOT_SIGNED)
    stamp = re.search(r"(?:^|,)t=(\d{1,11})(?:,|$)", header or "")
    if stamp is None or _age(int(stamp[1])) > TOLERANCE:
        raise BadSignature("the timestamp is outside the tolerance")
    try:
        return envelope(json.loads(text))
    except _NO_EVENTS as e:
        raise BadSignature(WHY_NO_EVENT, log=repr(e)) from None


def _age(stamp: int) -> timedelta:
    return abs(clock.now() - datetime.fromtimestamp(stamp, UTC))


def _signed(text: str, header: str | None, secret: str) -> bool:
    import stripe  # late: with the first webhook, since no first page waits for it

    try:
        # tolerance=0 leaves the time to us
        return bool(
            stripe.WebhookSignature.verify_header(text, header, secret, tolerance=0)
        )
    except stripe.SignatureVerificationError:
        return False


def envelope(event: dict[str, Any]) -> VerifiedEvent:
    """The parts of an event that we look at.

    Raises KeyError, TypeError or ValueError when it is none.
    """
    if event["object"] != "event":
        raise ValueError("not an event")
    subject = event["data"]["object"]
    before = event["data"].get("previous_attributes") or {}
    return VerifiedEvent(
        id=_text(event["id"]),
        type=_text(event["type"]),
        created_at=datetime.fromtimestamp(int(event["created"]), UTC),
        livemode=event["livemode"] is True,
        api_version=_version(event.get("api_version")),
        account=id_in(event.get("account")),
        object_id=id_in(subject.get("id")),
        object_type=subject.get("object"),
        related_intent=id_in(subject.get("payment_intent")),
        related_customer=id_in(subject.get("customer") or before.get("customer")),
        content=event,
    )


def id_in(value: Any) -> str | None:
    """The id in a field that may be an id, an expanded object, or nothing that we could use."""
    found = value.get("id") if isinstance(value, dict) else value
    return found if isinstance(found, str) and _is_plain(found) else None


def _is_plain(text: str) -> bool:
    """What every database keeps and compares: PostgreSQL takes neither NUL nor half a letter."""
    return 0 < len(text) <= 255 and text.isascii() and text.isprintable()


def _version(value: object) -> str | None:
    """A version of Stripe's API as it names them, or nothing that we could keep."""
    if not isinstance(value, str) or not _is_plain(value):
        return None
    return value if len(value) <= 40 else None


def _text(value: object) -> str:
    if not isinstance(value, str) or not _is_plain(value):
        raise ValueError("an id or type is missing")
    return value
