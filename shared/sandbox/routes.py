"""Every API route that is served, as one table: the next resource is a few lines here and a module
of its own.
"""

from __future__ import annotations

from typing import Any

from shared.sandbox import routing
from shared.sandbox.resources import (
    account_links,
    accounts,
    application_fees,
    balance,
    balance_settings,
    balance_transactions,
    capabilities,
    charges,
    confirmation_tokens,
    customer_sessions,
    customers,
    disputes,
    events,
    external_accounts,
    fee_refunds,
    files,
    fraud_warnings,
    holds,
    payment_intents,
    payment_methods,
    payouts,
    persons,
    refunds,
    reversals,
    setup_intents,
    transfers,
    webhook_endpoints,
)
from shared.sandbox.routing import Route, crud

# What browsers send beyond the SDK's types (stripe-facts 19.3).
_CARD: dict[str, Any] = {
    "cvc": "string",
    "exp_month!": "string",
    "exp_year!": "string",
    "number!": "string",
}
_METHOD: dict[str, Any] = {"card!": _CARD, "type!": "=card"}
_SESSION: dict[str, Any] = {"customer_session_client_secret": "string", "key": "string"}
# What a confirmation takes from servers alone: Stripe.js' types of its parameters name none of
# these (stripe-facts 16.7).
_SERVER = frozenset(
    [
        "allowed_payment_method_types",
        "amount_details",
        "amount_to_confirm",
        "capture_method",
        "error_on_requires_action",
        "excluded_payment_method_types",
        "hooks",
        "mandate",
        "off_session",
        "payment_details",
        "payment_method_options",
    ]
)
_EVERY = "create retrieve update index delete"
_KEY: dict[str, Any] = {"key": "string"}
_RETIRED = {"payment_method_types": "payment_method_types_no_longer_supported"}
_CONFIRM: dict[str, Any] = {
    "browser": {
        "client_secret!": "string",
        "key": "string",
        "payment_method_data": _METHOD,
    },
    "retired": _RETIRED,
    "server": _SERVER,
}

_ACCOUNTS: tuple[Route, ...] = (
    *crud("/v1/accounts", "account", "account", accounts),
    *crud("/v1/accounts", "account", "account", accounts, "delete reject unreject"),
    Route("GET", "/v1/account", accounts.own, "account"),
    *crud(
        "/v1/accounts/{account}/capabilities",
        "capability",
        "capability",
        capabilities,
        "index retrieve update",
    ),
    *crud("/v1/accounts/{account}/persons", "person", "person", persons, _EVERY),
    Route(
        "POST",
        "/v1/accounts/{account}/login_links",
        account_links.create_login_link,
        "login_link",
    ),
    *crud(
        "/v1/accounts/{account}/external_accounts",
        "external_account",
        "id",
        external_accounts,
        _EVERY,
    ),
    Route("POST", "/v1/account_links", account_links.create_link, "account_link"),
    Route(
        "POST", "/v1/account_sessions", account_links.create_session, "account_session"
    ),
)

_CUSTOMERS: tuple[Route, ...] = (
    *crud("/v1/customers", "customer", "customer", customers, _EVERY),
    Route(
        "GET",
        "/v1/customers/{customer}/payment_methods",
        payment_methods.of_customer,
        "list:payment_method",
    ),
    Route(
        "GET",
        "/v1/customers/{customer}/payment_methods/{payment_method}",
        payment_methods.one_of_customer,
        "payment_method",
    ),
    Route(
        "POST", "/v1/customer_sessions", customer_sessions.create, "customer_session"
    ),
    Route(
        "GET",
        "/v1/elements/saved_methods",
        customer_sessions.saved_methods,
        "list:payment_method",
        _SESSION,
        like="",
    ),
    Route(
        "POST",
        "/v1/elements/saved_methods/{payment_method}/remove",
        customer_sessions.remove_method,
        "payment_method",
        _SESSION,
        like="",
    ),
)

_METHODS: tuple[Route, ...] = (
    Route(
        "POST",
        "/v1/payment_methods",
        payment_methods.create,
        "payment_method",
        {**_METHOD, **_KEY},
        server=frozenset(["customer", "payment_method"]),
    ),
    *crud(
        "/v1/payment_methods",
        "payment_method",
        "payment_method",
        payment_methods,
        "retrieve update index attach detach",
    ),
    Route(
        "POST",
        "/v1/confirmation_tokens",
        confirmation_tokens.create,
        "confirmation_token",
        {"payment_method_data": _METHOD, **_SESSION},
        like="POST /v1/test_helpers/confirmation_tokens",
    ),
    Route(
        "POST",
        "/v1/test_helpers/confirmation_tokens",
        confirmation_tokens.create_for_tests,
        "confirmation_token",
    ),
    *crud(
        "/v1/confirmation_tokens",
        "confirmation_token",
        "confirmation_token",
        confirmation_tokens,
        "retrieve",
    ),
)


def _intents(path: str, name: str, module: Any) -> list[Route]:
    """Make what payment intents and setup intents have in common."""
    return [
        *crud(path, name, "intent", module, "index cancel"),
        *crud(path, name, "intent", module, "create update", retired=_RETIRED),
        *crud(path, name, "intent", module, "retrieve", browser=_KEY),
        *crud(path, name, "intent", module, "confirm", **_CONFIRM),
    ]


_PAYING: tuple[Route, ...] = (
    *_intents("/v1/payment_intents", "payment_intent", payment_intents),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/capture",
        holds.capture_intent,
        "payment_intent",
    ),
    *_intents("/v1/setup_intents", "setup_intent", setup_intents),
    Route("GET", "/v1/setup_attempts", setup_intents.attempts, "list:setup_attempt"),
    *crud("/v1/charges", "charge", "charge", charges, "retrieve update index"),
    Route("POST", "/v1/charges/{charge}/capture", holds.capture_charge, "charge"),
)

_MONEY: tuple[Route, ...] = (
    *crud("/v1/refunds", "refund", "refund", refunds),
    *crud("/v1/refunds", "refund", "refund", refunds, "cancel"),
    *crud("/v1/transfers", "transfer", "transfer", transfers),
    # The SDK calls the transfer, or the fee, `id` where it is the only one in the address.
    *crud(
        "/v1/transfers/{id}/reversals",
        "transfer_reversal",
        "",
        reversals,
        "create index",
    ),
    *crud(
        "/v1/transfers/{transfer}/reversals",
        "transfer_reversal",
        "id",
        reversals,
        "retrieve update",
    ),
    *crud(
        "/v1/application_fees/{id}/refunds",
        "fee_refund",
        "",
        fee_refunds,
        "create index",
    ),
    *crud(
        "/v1/application_fees/{fee}/refunds",
        "fee_refund",
        "id",
        fee_refunds,
        "retrieve update",
    ),
    *crud(
        "/v1/application_fees",
        "application_fee",
        "id",
        application_fees,
        "retrieve index",
    ),
    Route("GET", "/v1/balance", balance.retrieve, "balance"),
    *crud(
        "/v1/balance_transactions",
        "balance_transaction",
        "id",
        balance_transactions,
        "retrieve index",
    ),
    Route("GET", "/v1/balance_settings", balance_settings.retrieve, "balance_settings"),
    Route("POST", "/v1/balance_settings", balance_settings.update, "balance_settings"),
    *crud("/v1/payouts", "payout", "payout", payouts),
    *crud("/v1/payouts", "payout", "payout", payouts, "cancel reverse"),
)

_DISPUTES: tuple[Route, ...] = (
    *crud("/v1/disputes", "dispute", "dispute", disputes, "retrieve update index"),
    *crud("/v1/disputes", "dispute", "dispute", disputes, "close"),
    *crud(
        "/v1/radar/early_fraud_warnings",
        "radar.early_fraud_warning",
        "early_fraud_warning",
        fraud_warnings,
        "retrieve index",
    ),
    *crud("/v1/files", "file", "file", files, "create retrieve index"),
)

_EVENTS: tuple[Route, ...] = (
    *crud("/v1/events", "event", "id", events, "retrieve index"),
    *crud(
        "/v1/webhook_endpoints",
        "webhook_endpoint",
        "webhook_endpoint",
        webhook_endpoints,
        _EVERY,
    ),
)

ROUTES: tuple[Route, ...] = (
    *_ACCOUNTS,
    *_CUSTOMERS,
    *_METHODS,
    *_PAYING,
    *_MONEY,
    *_DISPUTES,
    *_EVENTS,
)
_TABLE = routing.table(ROUTES)


def find(
    method: str,
    path: str,
) -> tuple[Route, dict[str, str]] | None:
    """The route of a request, and the ids in its path."""
    return routing.find(_TABLE, method, path)
