"""The kinds of acts that the trail is looked through by: how the names of their acts begin."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

KINDS: Mapping[str, tuple[str, ...]] = {
    "signing_in": ("person.", "member.", "factor.", "vendor.signed_up"),
    "access": (
        "token.",
        "vendor.dashboard",
        "vendor.onboarding",
        "vendor.account",
        "vendor.connected",
    ),
    "payouts": (
        "payout.",
        "reserve.",
        "vendor.payout",
        "vendor.bank",
        "vendor.reserve",
    ),
    "refunds": ("refund.", "dispute.", "claim.", "vendor.owes"),
    "rules": (
        "fees.",
        "marketplace.",
        "vendor.platform_fee",
        "vendor.currency",
        "vat.",
        "vendor.vat",
        "customer.vat",
        "statement.",
        "category.",
    ),
    "sales": (
        "order.",
        "payment",
        "product.",
        "stripe_customer.",
        "vendor.seller",
        "vendor.shop",
        "vendor.shipping",
        "discount.",
        "withdrawal.",
    ),
    "books": ("reconciliation.", "restoration.", "difference.", "webhook.", "mail."),
}


@cache
def kind_of(action: str) -> str:
    """The kind of an act, a name of KINDS, as an entry keeps it; empty where it has none.

    Entries of before keep theirs when KINDS changes: a migration has to follow.
    """
    kinds = (kind for kind, begins in KINDS.items() if action.startswith(begins))
    return next(kinds, "")
