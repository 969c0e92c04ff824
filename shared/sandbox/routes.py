"""Every API route that is served, as one table: the next resource is a few lines here and a module of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.sandbox.resources import accounts, charges, customers, ledgers, payment_intents, payment_methods, webhooks
from shared.sandbox.store import Json
from shared.sandbox.world import Act

Handler = Callable[[Act, dict[str, str], Json], Json]

# What browsers send beyond the SDK's types (stripe.md section 19).
_CARD: dict[str, Any] = {"cvc": "string", "exp_month!": "string", "exp_year!": "string", "number!": "string"}
_METHOD: dict[str, Any] = {"card!": _CARD, "type!": "=card"}
_BROWSER_CONFIRM: dict[str, Any] = {"client_secret!": "string", "key": "string", "payment_method_data": _METHOD}
_RETIRED = {"payment_method_types": "payment_method_types_no_longer_supported"}


@dataclass(frozen=True)
class Route:
    """One row: address, what it does, what it answers with, and what a publishable key may add."""

    method: str
    template: str
    handler: Handler
    returns: str  # an object's name, or list:name
    browser: dict[str, Any] | None = None  # extra parameters of publishable keys; None refuses such keys
    retired: dict[str, str] = field(default_factory=dict)  # parameter -> code of its refusal


def _crud(path: str, name: str, id: str, module: Any, verbs: str = "create retrieve update index") -> list[Route]:
    rows = {
        "create": ("POST", path, name), "retrieve": ("GET", f"{path}/{{{id}}}", name),
        "update": ("POST", f"{path}/{{{id}}}", name), "index": ("GET", path, f"list:{name}"),
    }  # fmt: skip
    return [Route(*rows[verb][:2], getattr(module, verb), rows[verb][2]) for verb in verbs.split()]


ROUTES: tuple[Route, ...] = (
    *_crud("/v1/accounts", "account", "account", accounts),
    Route("GET", "/v1/account", accounts.own, "account"),
    Route("GET", "/v1/accounts/{account}/capabilities", accounts.list_capabilities, "list:capability"),
    Route("GET", "/v1/accounts/{account}/capabilities/{capability}", accounts.retrieve_capability, "capability"),
    Route("POST", "/v1/accounts/{account}/capabilities/{capability}", accounts.update_capability, "capability"),
    Route("POST", "/v1/accounts/{account}/login_links", accounts.create_login_link, "login_link"),
    Route("POST", "/v1/account_links", accounts.create_link, "account_link"),
    *_crud("/v1/customers", "customer", "customer", customers),
    Route("POST", "/v1/payment_methods", payment_methods.create, "payment_method", {**_METHOD, "key": "string"}),
    *_crud("/v1/payment_methods", "payment_method", "payment_method", payment_methods, "retrieve update"),
    Route("POST", "/v1/payment_intents", payment_intents.create, "payment_intent", retired=_RETIRED),
    Route("GET", "/v1/payment_intents", payment_intents.index, "list:payment_intent"),
    Route("GET", "/v1/payment_intents/{intent}", payment_intents.retrieve, "payment_intent", {"key": "string"}),
    Route("POST", "/v1/payment_intents/{intent}", payment_intents.update, "payment_intent", retired=_RETIRED),
    Route(
        "POST",
        "/v1/payment_intents/{intent}/confirm",
        payment_intents.confirm,
        "payment_intent",
        _BROWSER_CONFIRM,
        _RETIRED,
    ),
    Route("POST", "/v1/payment_intents/{intent}/cancel", payment_intents.cancel, "payment_intent"),
    *_crud("/v1/charges", "charge", "charge", charges, "retrieve update index"),
    Route("GET", "/v1/transfers", ledgers.list_transfers, "list:transfer"),
    Route("GET", "/v1/transfers/{transfer}", ledgers.retrieve_transfer, "transfer"),
    Route("POST", "/v1/transfers/{transfer}", ledgers.update_transfer, "transfer"),
    Route("GET", "/v1/application_fees", ledgers.list_fees, "list:application_fee"),
    Route("GET", "/v1/application_fees/{id}", ledgers.retrieve_fee, "application_fee"),
    Route("GET", "/v1/balance", ledgers.balance, "balance"),
    Route("GET", "/v1/balance_transactions", ledgers.list_transactions, "list:balance_transaction"),
    Route("GET", "/v1/balance_transactions/{id}", ledgers.retrieve_transaction, "balance_transaction"),
    Route("GET", "/v1/balance_settings", ledgers.balance_settings, "balance_settings"),
    Route("POST", "/v1/balance_settings", ledgers.update_balance_settings, "balance_settings"),
    Route("GET", "/v1/events", webhooks.list_events, "list:event"),
    Route("GET", "/v1/events/{id}", webhooks.retrieve_event, "event"),
    Route("POST", "/v1/webhook_endpoints", webhooks.create_endpoint, "webhook_endpoint"),
    Route("GET", "/v1/webhook_endpoints", webhooks.list_endpoints, "list:webhook_endpoint"),
    Route("GET", "/v1/webhook_endpoints/{webhook_endpoint}", webhooks.retrieve_endpoint, "webhook_endpoint"),
    Route("POST", "/v1/webhook_endpoints/{webhook_endpoint}", webhooks.update_endpoint, "webhook_endpoint"),
    Route("DELETE", "/v1/webhook_endpoints/{webhook_endpoint}", webhooks.delete_endpoint, "webhook_endpoint"),
)


def _table() -> dict[tuple[str, int], list[tuple[list[str], Route]]]:
    table: dict[tuple[str, int], list[tuple[list[str], Route]]] = {}
    for route in sorted(ROUTES, key=lambda r: r.template.count("{")):
        parts = route.template.strip("/").split("/")
        table.setdefault((route.method, len(parts)), []).append((parts, route))
    return table


_TABLE = _table()


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a request with the ids in its path; literal segments win over placeholders."""
    given = path.strip("/").split("/")
    for parts, route in _TABLE.get((method, len(given)), []):
        ids: dict[str, str] = {}
        for want, have in zip(parts, given, strict=True):
            if want[0] == "{":
                ids[want[1:-1]] = have
            elif want != have:
                break
        else:
            return route, ids
    return None
