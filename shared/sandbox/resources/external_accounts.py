"""External accounts: the routes by which a platform adds, names and removes where an account is
paid out (stripe-facts 14).
"""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.events import emit
from shared.sandbox.resources import banks, connected, requirements
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, snapshot

_CARD_FIELDS = (
    "address_city",
    "address_country",
    "address_line1",
    "address_line2",
    "address_state",
    "address_zip",
    "name",
)
_BANK_FIELDS = ("account_holder_name", "account_holder_type", "account_type")


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One more bank account or debit card; not where Stripe collects and a first link was made
    (stripe-facts 10).
    """
    account = connected.connected(act, ids["account"])
    if connected.hides(account):
        raise connected.not_permitted("external_account", account)
    before = snapshot(account)
    default, metadata = params.get("default_for_currency"), params.get("metadata")
    made = banks.add(
        act,
        account,
        params["external_account"],
        default=default,
        metadata=metadata,
    )
    requirements.settle(act.within(act.home), account, before)
    return made


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One external account."""
    return _found(
        act,
        connected.reached(act, ids["account"]),
        ids["id"],
    ).body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """External accounts, newest first; both kinds together unless one is asked for."""
    account = connected.reached(act, ids["account"])
    kinds = (params["object"],) if "object" in params else banks.KINDS
    found = [
        doc
        for doc in banks.all_of(act.within(account.id))
        if doc.body["object"] in kinds
    ]
    return _page(found, f"/v1/accounts/{account.id}/external_accounts", params)


def _page(
    found: list[Document],
    url: str,
    params: Json,
) -> Json:
    """One page of a list that is short enough to be cut in memory; two kinds share it (stripe-facts
    2).
    """
    limit, after, before = (
        params.get("limit", 10),
        params.get("starting_after"),
        params.get("ending_before"),
    )
    if not 1 <= limit <= 100:
        raise errors.invalid_integer("limit", limit)
    if after and before:
        message = (
            "You cannot parameterize both starting_after and ending_before; please specify only "
            "one."
        )
        raise errors.ApiError(400, message, param="starting_after", stored=False)
    places = {doc.id: place for place, doc in enumerate(found)}
    for name, id in (("starting_after", after), ("ending_before", before)):
        if id and id not in places:
            raise errors.no_such_reference("external account", id, name)
    rest = (
        found[: places[before]][::-1]
        if before
        else found[places[after] + 1 :]
        if after
        else found
    )
    data = [doc.body for doc in rest[:limit]]
    return {
        "object": "list",
        "url": url,
        "has_more": len(rest) > limit,
        "data": data[::-1] if before else data,
    }


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Annotate it, or make it the default of its currency; even an empty call gives an errored one
    another chance (SDK).
    """
    account = connected.connected(act, ids["account"])
    if connected.collected_by_stripe(account):
        message = (
            "You can only update the external accounts of accounts whose "
            "`controller[requirement_collection]` is `application`."
        )
        raise errors.ApiError(400, message)
    doc = _found(act, account, ids["id"])
    before, was = snapshot(account), snapshot(doc)
    _write(doc, params)
    doc.body["status"] = "new"
    inside = act.within(account.id)
    inside.store.save(doc)
    if params.get("default_for_currency"):
        banks.make_default(inside, doc)
    banks.mirror(inside, account)
    emit(inside, "account.external_account.updated", doc, before=was)
    requirements.settle(act.within(act.home), account, before)
    return doc.body


def _write(doc: Document, params: Json) -> None:
    card = doc.body["object"] == "card"
    fields = (*_CARD_FIELDS, "exp_month", "exp_year") if card else _BANK_FIELDS
    for name in (*_CARD_FIELDS, *_BANK_FIELDS, "exp_month", "exp_year"):
        if name not in params:
            continue
        if name not in fields:
            raise errors.unknown_params([name])
        value = params[name] or None
        if value and name.startswith("exp_"):
            value = _number(name, value)
        doc.body[name] = value
    annotate(doc.body, params)


def _number(name: str, text: str) -> int:
    if text.isdecimal() and len(text) <= 4:
        number = int(text)
        fits = 1 <= number <= 12 if name == "exp_month" else len(text) == 4
        if fits:
            return number
    raise errors.invalid_integer(name, text)


def delete(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Remove it; the default one only when it is the last of its currency and that is not the
    account's own (MEM).
    """
    account = connected.connected(act, ids["account"])
    if connected.hides(account):
        raise connected.not_permitted("external_account", account)
    doc = _found(act, account, ids["id"])
    inside, body = act.within(account.id), doc.body
    others = [
        bank
        for bank in banks.all_of(inside)
        if bank.body["currency"] == body["currency"] and bank.id != doc.id
    ]
    if body["default_for_currency"] and (
        others or body["currency"] == account.body["default_currency"]
    ):
        message = (
            "You cannot delete the default external account for your default currency. Please "
            "make another external "
            "account the default using the `default_for_currency` param, and then delete this one."
        )
        raise errors.ApiError(400, message)
    before = snapshot(account)
    banks.remove(inside, doc)
    banks.mirror(inside, account)
    requirements.settle(act.within(act.home), account, before)
    return {
        "id": doc.id,
        "object": body["object"],
        "currency": body["currency"],
        "deleted": True,
    }


def _found(act: Act, account: Document, id: str) -> Document:
    inside = act.within(account.id)
    for kind in banks.KINDS:
        if (found := inside.find(kind, id)) is not None:
            return found
    raise errors.no_such("external account", id)
