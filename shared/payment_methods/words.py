"""Saved methods in words. Pure."""

from __future__ import annotations

_BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "link": "Link",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
_TYPES = {
    "acss_debit": "Bank account",
    "au_becs_debit": "Bank account",
    "bacs_debit": "Bank account",
    "link": "Link",
    "nz_bank_account": "Bank account",
    "sepa_debit": "Bank account",
    "us_bank_account": "Bank account",
}


def label(kind: str, brand: str | None, last4: str | None) -> str:
    """`Visa •••• 4242`; of what is no card, what it is."""
    name = _BRANDS.get(brand or "") or _TYPES.get(kind) or ("Card" if kind == "card" else kind.replace("_", " "))
    return f"{name} •••• {last4}" if last4 else name


def expiry(month: int | None, year: int | None) -> str | None:
    """`04/29`, as it stands on the card."""
    return f"{month:02d}/{year % 100:02d}" if month is not None and year is not None else None
