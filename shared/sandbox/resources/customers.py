"""Customers of the platform (stripe-facts 9)."""

from __future__ import annotations

import copy

from shared.sandbox import errors
from shared.sandbox.events import emit
from shared.sandbox.objects import given, page, render
from shared.sandbox.resources import payment_methods
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge, snapshot

_ADDRESS = {
    "city": None,
    "country": None,
    "line1": None,
    "line2": None,
    "postal_code": None,
    "state": None,
}
_PLAIN = (
    "balance",
    "business_name",
    "description",
    "email",
    "individual_name",
    "invoice_prefix",
    "name",
    "next_invoice_sequence",
    "phone",
    "preferred_locales",
    "tax_exempt",
    "test_clock",
)
# What a customer begins with; what is None here and not to be, `create` fills in.
_NEW: Json = {
    "id": None,
    "object": "customer",
    "address": None,
    "balance": 0,
    "business_name": None,
    "created": None,
    "currency": None,
    "customer_account": None,
    "default_source": None,
    "delinquent": False,
    "description": None,
    "discount": None,
    "email": None,
    "individual_name": None,
    "invoice_prefix": None,
    "invoice_settings": {
        "custom_fields": None,
        "default_payment_method": None,
        "footer": None,
        "rendering_options": None,
    },
    "livemode": False,
    "metadata": {},
    "name": None,
    "next_invoice_sequence": 1,
    "phone": None,
    "preferred_locales": [],
    "shipping": None,
    "tax_exempt": "none",
    "test_clock": None,
}


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A new customer; `payment_method` is attached on the way, and may decline."""
    id = act.world.token(14)
    body: Json = {
        **copy.deepcopy(_NEW),
        "id": f"cus_{id}",
        "created": act.now,
        "invoice_prefix": act.world.token(8).upper(),
    }
    doc = Document(body, {}, act.platform, act.scope)
    default = (params.get("invoice_settings") or {}).pop("default_payment_method", None)
    _write(act, doc, params)
    act.store.insert(doc)
    emit(act, "customer.created", doc)
    if "payment_method" in params:
        given = params["payment_method"]
        made = payment_methods.attached(act, given, doc)
        # A template is another method each time that it is named.
        default = made.id if default == given else default
    if default:
        _write(act, doc, {"invoice_settings": {"default_payment_method": default}})
        act.store.save(doc)
    return body


def _write(act: Act, doc: Document, params: Json) -> None:
    body = doc.body
    for name in _PLAIN:
        if name in params:
            body[name] = params[name] if params[name] != "" else None
    for name in ("address", "shipping"):
        if name in params:
            body[name] = (
                None
                if params[name] == ""
                else _whole(
                    name,
                    merge(body[name], params[name]),
                )
            )
    if "invoice_settings" in params:
        if default := params["invoice_settings"].get("default_payment_method"):
            _must_hold(act, doc, default)
        body["invoice_settings"] = merge(
            body["invoice_settings"], params["invoice_settings"]
        )
    annotate(body, params)


def _must_hold(act: Act, doc: Document, method: str) -> None:
    """Only a customer's own method can be its default (stripe-facts 9.8)."""
    found = act.find("payment_method", method)
    if found is None or found.body["customer"] != doc.id:
        message = (
            f"The customer does not have a payment method with the ID {method}. The payment "
            "method must be attached to "
            "the customer."
        )
        raise errors.ApiError(
            400,
            message,
            code="resource_missing",
            param="invoice_settings[default_payment_method]",
        )


def _whole(name: str, given: Json) -> Json:
    if name == "address":
        return {**_ADDRESS, **given}
    return {
        "phone": None,
        **given,
        "address": {**_ADDRESS, **(given.get("address") or {})},
    }


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One customer; of a deleted one only that it was deleted (stripe-facts 2.9)."""
    gone = act.find(DELETED, ids["customer"])
    if gone:
        return render(act, gone)
    return act.get("customer", ids["customer"]).body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Change a customer, and say what changed."""
    doc = act.get("customer", ids["customer"])
    before = snapshot(doc)
    _write(act, doc, params)
    act.store.save(doc)
    emit(act, "customer.updated", doc, before=before)
    return doc.body


DELETED = "deleted_customer"  # what a deleted customer is kept as, so that nothing else finds it


def delete(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Delete a customer for good, and take its saved methods from it."""
    doc = act.get("customer", ids["customer"])
    where = (
        "seq IN (SELECT seq FROM facets WHERE scope = ? AND object = 'payment_method' AND name = "
        "'customer' AND value = ?)"
    )
    for method in act.store.select(
        where,
        [act.scope, doc.id],
    ):
        payment_methods.detached(act, method)
    doc = act.get("customer", doc.id)
    emit(act, "customer.deleted", doc)
    act.store.delete(doc)
    return render(
        act,
        act.add(
            {
                "id": doc.id,
                "object": DELETED,
                "created": doc.body["created"],
            }
        ),
    )


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Customers, newest first; `email` is compared exactly."""
    facets = given(params, "email", "test_clock")
    return page(act, "customer", "/v1/customers", params, facets=facets)
