"""A copy of one's data as people read it: days, money and countries in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.core import formats
from shared.core.money import Money

_DAYS = frozenset(
    (
        "made_at",
        "since",
        "email_confirmed_at",
        "stated_at",
        "confirmed_at",
        "refused_at",
        "replaced_at",
        "placed_at",
        "paid_at",
        "shipped_at",
        "delivered_at",
        "at",
    )
)
_SUMS = frozenset(("total", "delivery_cost", "discount", "given_back", "price"))


def in_words(told: Mapping[str, Any]) -> dict[str, Any]:
    """The same as shared/finance/shoppers/export.py tells it, for the language that is spoken."""
    return {name: _said(name, value) for name, value in told.items()}


def _said(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return in_words(value)
    if isinstance(value, list):
        return [_said(name, each) for each in value]
    if not value:
        return value
    if name in _DAYS:
        at = datetime.fromisoformat(value)
        return formats.deadline(at)
    if name in _SUMS:
        amount, currency = value.split()
        return formats.money(Money.parse(amount, currency))
    return formats.country(value) if name == "country" else value
