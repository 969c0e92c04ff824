"""The few addresses that commands name.

They load no page to learn them; a test holds each to its route.
"""

from __future__ import annotations

PLATFORM_EVENTS = "/api/v1/platform/webhooks/stripe"
CONNECT_EVENTS = "/api/v1/platform/webhooks/stripe/connect"
SEEN = "/api/v1/platform/seen"
API_DOCS = "/api/v1/docs"
ALIVE = "/healthz"
HOME = "/"
VENDOR_HOME, VENDOR_SIGN_IN = "/vendor/admin", "/vendor/login"
VENDOR_ORDERS, VENDOR_PAYOUTS = "/vendor/admin/orders", "/vendor/admin/payouts"
OPERATOR_HOME, OPERATOR_SIGN_IN = "/operator", "/operator/login"
SHOPPER_SIGN_IN = "/shop/account/login"
CHECKOUT, CONFIRMATION = "/shop/checkout", "/shop/order-confirmation"
# Pages whose cost is measured.
VENDOR_PRODUCTS, VENDOR_SALES = "/vendor/admin/products", "/vendor/admin/transactions"
VENDOR_STATEMENTS = "/vendor/admin/statements"
OPERATOR_VENDORS, OPERATOR_REFUNDS = "/operator/vendors", "/operator/refunds"
OPERATOR_DISPUTES, OPERATOR_PAYOUTS = "/operator/disputes", "/operator/payouts"
OPERATOR_RUNS, OPERATOR_EXPOSURE = "/operator/reconciliation", "/operator/exposure"
OPERATOR_DEBTS, OPERATOR_STATEMENTS = "/operator/receivables", "/operator/statements"
OPERATOR_LEDGER, OPERATOR_INBOX = "/operator/ledger", "/operator/webhooks"
OPERATOR_PAYMENTS, OPERATOR_AUDIT = "/operator/payments", "/operator/audit"
OPERATOR_MAILS, OPERATOR_VAT = "/operator/mails", "/operator/vat"
OPERATOR_CUSTOMERS, OPERATOR_CODES = "/operator/customers", "/operator/discounts"
OPERATOR_SENT, OPERATOR_WITHDRAWALS = "/operator/recovery", "/operator/withdrawals"
VENDOR_CODES, VENDOR_VAT = "/vendor/admin/discounts", "/vendor/admin/vat"
VENDOR_AUDIT, OPERATOR_FEES = "/vendor/admin/audit", "/operator/fees"
SHOPS, SHOP = "/vendors", "/shops/<slug>"
SEARCH, SUGGESTIONS = "/search", "/search/suggestions"
