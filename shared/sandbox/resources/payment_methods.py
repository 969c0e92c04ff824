"""Payment methods: how they are made, whose they are, and what is left of them (stripe-facts 7 and
9).
"""

from __future__ import annotations

from typing import Never

from shared.sandbox import card_checks, cards, errors
from shared.sandbox.events import emit
from shared.sandbox.objects import given, page
from shared.sandbox.resources import payment_method_cards
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge, snapshot

_SPENT = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
    "attachment, shared with a connected account without Customer attachment, or was detached "
    "from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must "
    "attach it to a Customer first."
)
_SPENT_FOR_GOOD = (
    "This PaymentMethod was previously used without being attached to a Customer or was detached "
    "from a Customer, and may not be used again."
)
_NOT_WHILE_MADE = (
    "You cannot attach a PaymentMethod to a Customer during PaymentMethod creation. Please "
    "instead create the PaymentMethod and then attach it using the attachment method of the "
    "PaymentMethods API."
)


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A payment method from card data or a card's token, or a customer's own one shared with a
    connected account.
    """
    if "payment_method" in params:
        return _share(act, params).body
    if "customer" in params:
        raise errors.ApiError(400, _NOT_WHILE_MADE)
    return payment_method_cards.from_data(act, params).body


def _share(act: Act, params: Json) -> Document:
    """A copy on a connected account of a method that a customer of the platform holds (stripe-facts
    9).
    """
    source = usable(act.within(act.home), params["payment_method"])
    if act.scope == act.home:
        raise errors.ApiError(
            400,
            "You can only share a PaymentMethod with a connected account.",
            param="payment_method",
        )
    refuse_foreign(source, params.get("customer"), "PaymentMethod")
    body = {
        **source.body,
        "id": act.world.id("pm"),
        "created": act.now,
        "customer": None,
        "metadata": {},
        "allow_redisplay": "unspecified",
    }
    return act.add(body, number=source.hidden["number"])


def usable(
    act: Act,
    id: str,
    *,
    param: str = "payment_method",
) -> Document:
    """The payment method behind an id; a template makes a fresh one at each use (stripe-facts
    9.5).
    """
    card = cards.by_token(id) if id.startswith("pm_card_") else None
    if card is not None:
        return payment_method_cards.from_test_card(act, card, {})
    doc = act.find("payment_method", id)
    if doc is None:
        raise errors.no_such_reference("PaymentMethod", id, param)
    refuse_spent(doc, param)
    return doc


def refuse_spent(doc: Document, param: str | None = "payment_method") -> None:
    """A method that was used without a customer, or detached from one, is not taken again
    (stripe-facts 9.4).
    """
    if doc.hidden.get("spent"):
        raise errors.ApiError(400, _SPENT, param=param)


def refuse_foreign(doc: Document, customer: str | None, noun: str) -> None:
    """A method that a customer holds is taken together with that customer alone (stripe-facts
    9.3).
    """
    owner = doc.body["customer"]
    if owner is None or owner == customer:
        return
    if customer is None:
        message = (
            f"The payment method supplied ({doc.id}) belongs to the Customer {owner}. Please "
            f"include the Customer in the `customer` parameter on the {noun}."
        )
    else:
        message = (
            f"The PaymentMethod {doc.id} does not belong to the Customer you supplied {customer}. "
            "Please use this PaymentMethod with the Customer that it belongs to instead."
        )
    raise errors.ApiError(400, message, param="payment_method")


def attach(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Tie a method to a customer; to repeat it changes nothing."""
    if not params.get("customer"):
        message = "Must provide customer or customer_account."
        raise errors.ApiError(400, message, code="parameter_missing", stored=False)
    customer = act.referred("customer", params["customer"], param="customer")
    return attached(act, ids["payment_method"], customer).body


def attached(act: Act, id: str, customer: Document) -> Document:
    """The method behind an id or a template, tied to a customer; what its issuer declines is
    refused (402, stripe-facts 7).
    """
    if id.startswith("pm_card_") and cards.by_token(id):
        doc = usable(act, id)
    else:
        doc = _named(act, id)
    if doc.body["customer"] == customer.id:
        return doc
    if doc.body["customer"] is not None:
        raise errors.ApiError(
            400,
            "The payment method you provided has already been attached to a customer.",
        )
    # One that was only set up may still be attached.
    if doc.hidden.get("spent") in ("paid", "detached"):
        raise errors.ApiError(400, _SPENT_FOR_GOOD)
    card = payment_method_cards.card_of(doc)
    if card.declines and not card.attaches:
        raise card_checks.declined(card.declines)
    save_to(act, doc, customer.id)
    return doc


def save_to(act: Act, doc: Document, customer: str) -> None:
    """Record the tie and tell about it."""
    payment_method_cards.verify(doc)
    doc.hidden.pop("spent", None)
    doc.body["customer"] = customer
    act.store.save(doc)
    emit(act, "payment_method.attached", doc)


def keep(
    act: Act,
    doc: Document,
    customer: str | None,
    usage: str | None,
) -> None:
    """What becomes of a method that was used and checked: saved, left to be attached, or spent
    (stripe-facts 9).
    """
    if usage:
        known = doc.hidden.get("set_up", [])
        doc.hidden["set_up"] = sorted({*known, usage})
    if doc.body["customer"] is None:
        doc.hidden["spent"] = "set_up" if usage else "paid"
        # One that was deleted meanwhile holds nothing.
        if customer and usage and act.find("customer", customer):
            save_to(act, doc, customer)
            return
    act.store.save(doc)


def detach(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Take a method from its customer, for good (stripe-facts 9.4)."""
    doc = _named(act, ids["payment_method"])
    if doc.body["customer"] is None:
        message = (
            "The payment method you provided is not attached to a customer so detachment is "
            "impossible."
        )
        raise errors.ApiError(400, message, param="payment_method")
    return detached(act, doc).body


def detached(act: Act, doc: Document) -> Document:
    """A method without its customer; where it was the customer's default, there is none any
    more.
    """
    before = snapshot(doc)
    owner = act.find("customer", doc.body["customer"])
    doc.body["customer"] = None
    doc.hidden["spent"] = "detached"
    act.store.save(doc)
    emit(act, "payment_method.detached", doc, before=before)
    if owner is not None:
        _no_default(act, owner, doc)
    return doc


def _no_default(act: Act, owner: Document, doc: Document) -> None:
    was, settings = snapshot(owner), owner.body["invoice_settings"]
    if settings["default_payment_method"] == doc.id:
        settings["default_payment_method"] = None
        act.store.save(owner)
        emit(act, "customer.updated", owner, before=was)


def _named(act: Act, id: str) -> Document:
    doc = act.find("payment_method", id)
    if doc is None:
        _missing(id)
    return doc


def _missing(id: str) -> Never:
    raise errors.no_such("PaymentMethod", id, "payment_method")


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One payment method."""
    return _named(act, ids["payment_method"]).body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Change billing details, metadata or the card's date."""
    doc = _named(act, ids["payment_method"])
    before = snapshot(doc)
    for name in ("billing_details", "card"):
        if name in params:
            doc.body[name] = merge(doc.body[name], params[name])
    if "allow_redisplay" in params:
        doc.body["allow_redisplay"] = params["allow_redisplay"]
    annotate(doc.body, params)
    act.store.save(doc)
    emit(act, "payment_method.updated", doc, before=before)
    return doc.body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A customer's saved methods, newest first; without a customer there are none to list."""
    if params.get("customer"):
        act.referred("customer", params["customer"], param="customer")
    return _of(act, params.get("customer"), "/v1/payment_methods", params)


def of_customer(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """The same, through the customer."""
    customer = act.get("customer", ids["customer"])
    return _of(act, customer.id, f"/v1/customers/{customer.id}/payment_methods", params)


def _of(
    act: Act,
    customer: str | None,
    url: str,
    params: Json,
) -> Json:
    facets = given(params, "type", "allow_redisplay")
    return page(
        act,
        "payment_method",
        url,
        params,
        facets={"customer": customer or "", **facets},
    )


def one_of_customer(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One method of this customer; another customer's is not found."""
    customer = act.get("customer", ids["customer"])
    doc = act.find("payment_method", ids["payment_method"])
    if doc is None or doc.body["customer"] != customer.id:
        _missing(ids["payment_method"])
    return doc.body
