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
