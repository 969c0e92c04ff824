"""Pages for people who sign in: vendors and the marketplace's own staff. Each area is a folder with views and forms."""

from __future__ import annotations

from quart import Blueprint


def blueprints() -> list[Blueprint]:
    """Every area of the portal."""
    from portal.dashboard.views import blueprint as dashboard
    from portal.developers.views import blueprint as developers
    from portal.operator.fees import blueprint as fees
    from portal.operator.receivables import blueprint as receivables
    from portal.operator.reconciliation import blueprint as reconciliation
    from portal.operator.timeline import blueprint as operator_timeline
    from portal.operator.views import blueprint as operator
    from portal.orders.views import blueprint as orders
    from portal.payment_settings.views import blueprint as payment_settings
    from portal.products.views import blueprint as products
    from portal.signin.views import blueprint as signin
    from portal.transactions.views import blueprint as transactions

    return [
        signin,
        dashboard,
        payment_settings,
        products,
        orders,
        transactions,
        developers,
        operator,
        operator_timeline,
        fees,
        receivables,
        reconciliation,
    ]
