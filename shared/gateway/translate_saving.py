"""Customers, payment methods and setups of the SDK into our own data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from shared.gateway.saving import StripeCustomer, StripeMethod, StripeSetup
from shared.gateway.translate import as_dict, id_of


def customer(obj: Any) -> StripeCustomer:
    """A customer, or what Stripe still says of a deleted one."""
    found = as_dict(obj)
    return StripeCustomer(
        id=found["id"], deleted=bool(found.get("deleted")), metadata=dict(found.get("metadata") or {})
    )


def method(obj: Any) -> StripeMethod:
    """A payment method of any type."""
    found = as_dict(obj)
    facts = found.get(found["type"]) or {}
    return StripeMethod(
        id=found["id"],
        type=found["type"],
        customer=id_of(found.get("customer")),
        created=datetime.fromtimestamp(found["created"], UTC),
        agreed=found.get("allow_redisplay") == "always",
        brand=facts.get("brand"),
        last4=facts.get("last4"),
        exp_month=facts.get("exp_month"),
        exp_year=facts.get("exp_year"),
        fingerprint=facts.get("fingerprint"),
    )


def setup(obj: Any) -> StripeSetup:
    """A SetupIntent; a decline leaves its error on it."""
    found = as_dict(obj)
    error = found.get("last_setup_error") or {}
    return StripeSetup(
        id=found["id"],
        status=found["status"],
        client_secret=found.get("client_secret") or "",
        customer=id_of(found.get("customer")),
        payment_method=id_of(found.get("payment_method")),
        has_error=bool(error),
        error_message=error.get("message") if error.get("type") == "card_error" else None,
    )
