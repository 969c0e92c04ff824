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
    webhooks,
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
_BROWSER_CONFIRM: dict[str, Any] = {
    "client_secret!": "string",
    "key": "string",
    "payment_method_data": _METHOD,
}
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
_RETIRED = {"payment_method_types": "payment_method_types_no_longer_supported"}


ROUTES: tuple[Route, ...] = (
    *crud("/v1/accounts", "account", "account", accounts),
    Route("GET", "/v1/account", accounts.own, "account"),
    Route("DELETE", "/v1/accounts/{account}", accounts.delete, "account"),
    Route("POST", "/v1/accounts/{account}/reject", accounts.reject, "account"),
    Route("POST", "/v1/accounts/{account}/unreject", accounts.unreject, "account"),
    *crud(
        "/v1/accounts/{account}/capabilities",
        "capability",
        "capability",
        capabilities,
        "index retrieve update",
    ),
    *crud("/v1/accounts/{account}/persons", "person", "person", persons),
    Route(
        "DELETE", "/v1/accounts/{account}/persons/{person}", persons.delete, "person"
    ),
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
    ),
    Route(
        "DELETE",
        "/v1/accounts/{account}/external_accounts/{id}",
        external_accounts.delete,
        "external_account",
    ),
    Route("POST", "/v1/account_links", account_links.create_link, "account_link"),
    Route(
        "POST", "/v1/account_sessions", account_links.create_session, "account_session"
    ),
    *crud("/v1/customers", "customer", "customer", customers),
    Route("DELETE", "/v1/customers/{customer}", customers.delete, "customer"),
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
        "POST",
        "/v1/payment_methods",
        payment_methods.create,
        "payment_method",
        {**_METHOD, "key": "string"},
        server=frozenset(["customer", "payment_method"]),
    ),
    *crud(
        "/v1/payment_methods",
        "payment_method",
        "payment_method",
        payment_methods,
        "retrieve update index",
    ),
    Route(
        "POST",
        "/v1/payment_methods/{payment_method}/attach",
        payment_methods.attach,
        "payment_method",
    ),
    Route(
        "POST",
        "/v1/payment_methods/{payment_method}/detach",
        payment_methods.detach,
        "payment_method",
    ),
    Route(
        "POST",
        "/v1/payment_intents",
        payment_intents.create,
        "payment_intent",
        retired=_RETIRED,
    ),
    Route("GET", "/v1/payment_intents", payment_intents.index, "list:payment_intent"),
    Route(
        "GET",
        "/v1/payment_intents/{intent}",
        payment_intents.retrieve,
        "payment_intent",
        {"key": "string"},
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}",
        payment_intents.update,
        "payment_intent",
        retired=_RETIRED,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/confirm",
        payment_intents.confirm,
        "payment_intent",
        _BROWSER_CONFIRM,
        _RETIRED,
        _SERVER,
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/cancel",
        payment_intents.cancel,
        "payment_intent",
    ),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/capture",
        holds.capture_intent,
        "payment_intent",
    ),
    Route("POST", "/v1/charges/{charge}/capture", holds.capture_charge, "charge"),
    *crud("/v1/refunds", "refund", "refund", refunds),
    Route("POST", "/v1/refunds/{refund}/cancel", refunds.cancel, "refund"),
    *crud("/v1/transfers", "transfer", "transfer", transfers),
    Route(
        "POST", "/v1/transfers/{id}/reversals", reversals.create, "transfer_reversal"
    ),
    Route(
        "GET", "/v1/transfers/{id}/reversals", reversals.index, "list:transfer_reversal"
    ),
    Route(
        "GET",
        "/v1/transfers/{transfer}/reversals/{id}",
        reversals.retrieve,
        "transfer_reversal",
    ),
    Route(
        "POST",
        "/v1/transfers/{transfer}/reversals/{id}",
        reversals.update,
        "transfer_reversal",
    ),
    Route(
        "POST", "/v1/application_fees/{id}/refunds", fee_refunds.create, "fee_refund"
    ),
    Route(
        "GET", "/v1/application_fees/{id}/refunds", fee_refunds.index, "list:fee_refund"
    ),
    Route(
        "GET",
        "/v1/application_fees/{fee}/refunds/{id}",
        fee_refunds.retrieve,
        "fee_refund",
    ),
    Route(
        "POST",
        "/v1/application_fees/{fee}/refunds/{id}",
        fee_refunds.update,
        "fee_refund",
    ),
    *crud("/v1/setup_intents", "setup_intent", "intent", setup_intents, "index"),
    Route(
        "POST",
        "/v1/setup_intents",
        setup_intents.create,
        "setup_intent",
        retired=_RETIRED,
    ),
    Route(
        "GET",
        "/v1/setup_intents/{intent}",
        setup_intents.retrieve,
        "setup_intent",
        {"key": "string"},
    ),
    Route(
        "POST",
        "/v1/setup_intents/{intent}",
        setup_intents.update,
        "setup_intent",
        retired=_RETIRED,
    ),
    Route(
        "POST",
        "/v1/setup_intents/{intent}/confirm",
        setup_intents.confirm,
        "setup_intent",
        _BROWSER_CONFIRM,
        _RETIRED,
        _SERVER,
    ),
    Route(
        "POST",
        "/v1/setup_intents/{intent}/cancel",
        setup_intents.cancel,
        "setup_intent",
    ),
    Route("GET", "/v1/setup_attempts", setup_intents.attempts, "list:setup_attempt"),
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
    Route(
        "GET",
        "/v1/confirmation_tokens/{confirmation_token}",
        confirmation_tokens.retrieve,
        "confirmation_token",
    ),
    *crud("/v1/charges", "charge", "charge", charges, "retrieve update index"),
    Route(
        "GET", "/v1/application_fees", application_fees.index, "list:application_fee"
    ),
    Route(
        "GET", "/v1/application_fees/{id}", application_fees.retrieve, "application_fee"
    ),
    Route("GET", "/v1/balance", balance.retrieve, "balance"),
    Route(
        "GET",
        "/v1/balance_transactions",
        balance_transactions.index,
        "list:balance_transaction",
    ),
    Route(
        "GET",
        "/v1/balance_transactions/{id}",
        balance_transactions.retrieve,
        "balance_transaction",
    ),
    Route("GET", "/v1/balance_settings", balance_settings.retrieve, "balance_settings"),
    Route("POST", "/v1/balance_settings", balance_settings.update, "balance_settings"),
    *crud("/v1/disputes", "dispute", "dispute", disputes, "retrieve update index"),
    Route("POST", "/v1/disputes/{dispute}/close", disputes.close, "dispute"),
    *crud(
        "/v1/radar/early_fraud_warnings",
        "radar.early_fraud_warning",
        "early_fraud_warning",
        fraud_warnings,
        "retrieve index",
    ),
    *crud("/v1/files", "file", "file", files, "create retrieve index"),
    *crud("/v1/payouts", "payout", "payout", payouts),
    Route("POST", "/v1/payouts/{payout}/cancel", payouts.cancel, "payout"),
    Route("POST", "/v1/payouts/{payout}/reverse", payouts.reverse, "payout"),
    Route("GET", "/v1/events", webhooks.list_events, "list:event"),
    Route("GET", "/v1/events/{id}", webhooks.retrieve_event, "event"),
    Route(
        "POST", "/v1/webhook_endpoints", webhooks.create_endpoint, "webhook_endpoint"
    ),
    Route(
        "GET", "/v1/webhook_endpoints", webhooks.list_endpoints, "list:webhook_endpoint"
    ),
    Route(
        "GET",
        "/v1/webhook_endpoints/{webhook_endpoint}",
        webhooks.retrieve_endpoint,
        "webhook_endpoint",
    ),
    Route(
        "POST",
        "/v1/webhook_endpoints/{webhook_endpoint}",
        webhooks.update_endpoint,
        "webhook_endpoint",
    ),
    Route(
        "DELETE",
        "/v1/webhook_endpoints/{webhook_endpoint}",
        webhooks.delete_endpoint,
        "webhook_endpoint",
    ),
)


_TABLE = routing.table(ROUTES)


def find(
    method: str,
    path: str,
) -> tuple[Route, dict[str, str]] | None:
    """The route of a request, and the ids in its path."""
    return routing.find(_TABLE, method, path)
