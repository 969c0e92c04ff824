"""Pages for people who sign in: vendors and the marketplace's own staff. Each area is a folder with views and forms."""

from __future__ import annotations

from importlib import import_module

from quart import Blueprint

# Modules below this package, each with a `blueprint`.
AREAS = (
    "signin.views",
    "links.views",
    "signin.confirm",
    "signin.step",
    "factors.views",
    "operator.claims.recovery",
    "dashboard.views",
    "payment_settings.views",
    "products.views",
    "orders.views",
    "transactions.views",
    "developers.views",
    "audit.views",
    "operator.views",
    "operator.home",
    "disputes.views",
    "disputes.documents",
    "operator.disputes",
    "operator.fees.views",
    "operator.mails",
    "operator.orders",
    "operator.payouts.views",
    "operator.people",
    "operator.claims.receivables",
    "operator.reconciliation.views",
    "operator.refunds",
    "operator.reconciliation.restored",
    "operator.settings.views",
    "operator.presentation.views",
    "operator.statements",
    "operator.vat.views",
    "operator.vat.rates",
    "orders.refunds",
    "payouts.views",
    "statements.views",
)


def blueprints() -> list[Blueprint]:
    """Every area of the portal."""
    from portal.account.views import forgotten, operator_account, vendor_account

    areas: list[Blueprint] = [import_module(f"portal.{area}").blueprint for area in AREAS]
    return [forgotten, vendor_account, operator_account, *areas]
