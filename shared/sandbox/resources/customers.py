"""Customers of the platform (stripe.md section 9)."""

from __future__ import annotations

from shared.sandbox.events import emit
from shared.sandbox.objects import page
from shared.sandbox.resources import payment_methods
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge, merge_metadata, snapshot

_ADDRESS = {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None}
_PLAIN = ("balance", "business_name", "description", "email", "individual_name", "invoice_prefix", "name", "next_invoice_sequence",
          "phone", "preferred_locales", "tax_exempt", "test_clock")  # fmt: skip


def create(act: Act, ids: dict[str, str], params: Json) -> Json:
    """A new customer; `payment_method` is attached on the way, and may decline."""
    id = act.world.token(14)
    body: Json = {
        "id": f"cus_{id}", "object": "customer", "address": None, "balance": 0, "business_name": None, "created": act.now,
        "currency": None, "customer_account": None, "default_source": None, "delinquent": False, "description": None,
        "discount": None, "email": None, "individual_name": None, "invoice_prefix": act.world.token(8).upper(),
        "invoice_settings": {
            "custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None
        },
        "livemode": False, "metadata": {}, "name": None, "next_invoice_sequence": 1, "phone": None,
        "preferred_locales": [], "shipping": None, "tax_exempt": "none", "test_clock": None,
    }  # fmt: skip
    doc = Document(body, {}, act.platform, act.scope)
    _write(doc, params)
    act.store.insert(doc)
    emit(act, "customer.created", doc)
    if "payment_method" in params:
        payment_methods.attach(act, payment_methods.usable(act, params["payment_method"]), doc)
    return body


def _write(doc: Document, params: Json) -> None:
    body = doc.body
    for name in _PLAIN:
        if name in params:
            body[name] = params[name] if params[name] != "" else None
    for name in ("address", "shipping"):
        if name in params:
            body[name] = None if params[name] == "" else _whole(name, merge(body[name], params[name]))
    if "invoice_settings" in params:
        body["invoice_settings"] = merge(body["invoice_settings"], params["invoice_settings"])
    if "metadata" in params:
        body["metadata"] = merge_metadata(body["metadata"], params["metadata"])


def _whole(name: str, given: Json) -> Json:
    if name == "address":
        return {**_ADDRESS, **given}
    return {"phone": None, **given, "address": {**_ADDRESS, **(given.get("address") or {})}}


def retrieve(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One customer."""
    return act.get("customer", ids["customer"]).body


def update(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Change a customer, and say what changed."""
    doc = act.get("customer", ids["customer"])
    before = snapshot(doc)
    _write(doc, params)
    act.store.save(doc)
    emit(act, "customer.updated", doc, before=before)
    return doc.body


def index(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Customers, newest first; `email` is compared exactly."""
    return page(act, "customer", "/v1/customers", params, facets={k: params[k] for k in ("email",) if k in params})
