"""Saved methods in words. Pure."""

from __future__ import annotations

from shared.core.words import codes, in_english, word

_BRANDS, _TYPES = "payment_methods.brands", "payment_methods.types"


def label(
    kind: str,
    brand: str | None,
    last4: str | None,
) -> str:
    """`Visa •••• 4242`; of what is no card, what it is."""
    name = _name(kind, brand)
    return f"{name} •••• {last4}" if last4 else name


def _name(kind: str, brand: str | None) -> str:
    for code in (brand, kind):
        if code in codes(_BRANDS):
            return in_english(_BRANDS, code)
    if kind in codes(_TYPES):
        return word(_TYPES, kind)
    return kind.replace("_", " ")


def expiry(month: int | None, year: int | None) -> str | None:
    """`04/29`, as it stands on the card."""
    return (
        f"{month:02d}/{year % 100:02d}"
        if month is not None and year is not None
        else None
    )
