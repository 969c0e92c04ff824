"""Every area of the portal."""

from __future__ import annotations

from portal.account.views import forgotten, operator_account, vendor_account
from portal.audit.views import blueprint as audit
from portal.dashboard.views import blueprint as dashboard
from portal.developers.views import blueprint as developers
from portal.discounts.views import blueprint as discounts
from portal.disputes.documents import blueprint as disputes_documents
from portal.disputes.views import blueprint as disputes
from portal.factors.views import blueprint as factors
from portal.links.views import blueprint as links
from portal.operator.categories.views import blueprint as operator_categories
from portal.operator.claims.receivables import blueprint as operator_receivables
from portal.operator.claims.recovery import blueprint as operator_recovery
from portal.operator.discounts.views import blueprint as operator_discounts
from portal.operator.disputes import blueprint as operator_disputes
from portal.operator.fees.basis import blueprint as operator_fee_basis
from portal.operator.fees.vendors import blueprint as operator_fee_vendors
from portal.operator.fees.views import blueprint as operator_fees
from portal.operator.home import blueprint as operator_home
from portal.operator.mails import blueprint as operator_mails
from portal.operator.orders import blueprint as operator_orders
from portal.operator.payouts.views import blueprint as operator_payouts
from portal.operator.people import blueprint as operator_people
from portal.operator.presentation.views import blueprint as operator_presentation
from portal.operator.products import blueprint as operator_products
from portal.operator.reconciliation.restored import blueprint as operator_restored
from portal.operator.reconciliation.views import blueprint as operator_reconciliation
from portal.operator.refunds import blueprint as operator_refunds
from portal.operator.settings.views import blueprint as operator_settings
from portal.operator.shared_disputes import blueprint as operator_shared_disputes
from portal.operator.statements import blueprint as operator_statements
from portal.operator.vat.businesses import blueprint as operator_business
from portal.operator.vat.rates import blueprint as operator_vat_rates
from portal.operator.vat.views import blueprint as operator_vat
from portal.operator.views import blueprint as operator
from portal.operator.withdrawals import blueprint as operator_withdrawals
from portal.orders.messages import blueprint as orders_messages
from portal.orders.refunds import blueprint as orders_refunds
from portal.orders.returns import blueprint as orders_returns
from portal.orders.tracking import blueprint as orders_tracking
from portal.orders.views import blueprint as orders
from portal.payment_settings.views import blueprint as payment_settings
from portal.payouts.views import blueprint as payouts
from portal.products.gallery import blueprint as gallery
from portal.products.variants import blueprint as variants
from portal.products.views import blueprint as products
from portal.sales_vat.quarters import blueprint as vat_quarters
from portal.sales_vat.views import blueprint as sales_vat
from portal.seller.views import blueprint as seller
from portal.shipping.views import blueprint as shipping
from portal.shop_look.views import blueprint as shop_look
from portal.signin.confirm import blueprint as signin_confirm
from portal.signin.step import blueprint as signin_step
from portal.signin.views import blueprint as signin
from portal.statements.views import blueprint as statements
from portal.transactions.views import blueprint as transactions

BLUEPRINTS = (
    forgotten,
    vendor_account,
    operator_account,
    signin,
    links,
    signin_confirm,
    signin_step,
    factors,
    operator_recovery,
    dashboard,
    payment_settings,
    products,
    seller,
    sales_vat,
    vat_quarters,
    shipping,
    discounts,
    variants,
    gallery,
    shop_look,
    orders,
    transactions,
    developers,
    audit,
    operator,
    operator_home,
    disputes,
    disputes_documents,
    operator_disputes,
    operator_shared_disputes,
    operator_categories,
    operator_discounts,
    operator_fees,
    operator_fee_basis,
    operator_fee_vendors,
    operator_mails,
    operator_orders,
    operator_payouts,
    operator_people,
    operator_receivables,
    operator_reconciliation,
    operator_refunds,
    operator_restored,
    operator_settings,
    operator_presentation,
    operator_statements,
    operator_vat,
    operator_business,
    operator_vat_rates,
    operator_withdrawals,
    operator_products,
    orders_refunds,
    orders_returns,
    orders_messages,
    orders_tracking,
    payouts,
    statements,
)
