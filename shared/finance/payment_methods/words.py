"""Saved methods in words. Pure."""

from __future__ import annotations

from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n

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
    "acss_debit": _n("Bank account"),
    "au_becs_debit": _n("Bank account"),
    "bacs_debit": _n("Bank account"),
    "link": "Link",
    "nz_bank_account": _n("Bank account"),
    "sepa_debit": _n("Bank account"),
    "us_bank_account": _n("Bank account"),
}


def label(
    kind: str,
    brand: str | None,
    last4: str | None,
) -> str:
    """`Visa •••• 4242`; of what is no card, what it is."""
    name = _BRANDS.get(brand or "") or _(_TYPES.get(kind, "")) or _unknown(kind)
    return f"{name} •••• {last4}" if last4 else name


def _unknown(kind: str) -> str:
    return _("Card") if kind == "card" else kind.replace("_", " ")


def expiry(month: int | None, year: int | None) -> str | None:
    """`04/29`, as it stands on the card."""
    return (
        f"{month:02d}/{year % 100:02d}"
        if month is not None and year is not None
        else None
    )
