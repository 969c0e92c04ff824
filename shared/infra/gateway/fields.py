"""How fields of the SDK's objects are read.

Since stripe 15 a StripeObject is no dict and a missing field raises AttributeError (stripe-facts
1.11), so everything is read from `to_dict()` and optional fields with `.get`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def as_dict(obj: Any) -> dict[str, Any]:
    """An SDK object, or what an expanded field holds, as a dict."""
    body: dict[str, Any] = obj if isinstance(obj, dict) else obj.to_dict()
    return body


def id_of(value: Any) -> str | None:
    """The id of a field that may be an id, an expanded object, or null."""
    if value is None or isinstance(value, str):
        return value or None
    return str(value["id"])


def time_of(seconds: int) -> datetime:
    """A moment as Stripe tells it, in aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def time_or_none(seconds: int | None) -> datetime | None:
    """A moment that may not be set; 0 is none."""
    return time_of(seconds) if seconds else None


def currency_of(body: Mapping[str, Any]) -> str:
    """The currency in upper case. Raises KeyError when there is none."""
    return str(body["currency"]).upper()


def metadata_of(body: Mapping[str, Any]) -> dict[str, str]:
    """What we wrote on it."""
    return dict(body.get("metadata") or {})
