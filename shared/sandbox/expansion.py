"""`expand`: which fields of an object can be followed, and how the objects they name are put in.

Stripe-facts 2.6.
"""

from __future__ import annotations

from shared.sandbox import errors, objects
from shared.sandbox.store import Json
from shared.sandbox.world import Act

EVIDENCE_FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
# object -> expandable path -> object found there ("*": whatever the id names; "[x]": a list of x,
# absent unless asked for)
EXPANDABLE: dict[str, dict[str, str]] = {
    "account": {
        "company.verification.document.back": "file",
        "company.verification.document.front": "file",
        "settings.branding.icon": "file",
        "settings.branding.logo": "file",
    },
    "account_link": {},
    "account_session": {},
    "login_link": {},
    "application_fee": {
        "account": "account",
        "application": "application",
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "originating_transaction": "charge",
        "refunds": "[fee_refund]",
    },
    # a figure, which the handler gives when it is asked for
    "balance": {"instant_available.net_available": "[net]"},
    "balance_settings": {},
    "balance_transaction": {"source": "*"},
    "bank_account": {"account": "account", "customer": "customer"},
    "card": {"account": "account", "customer": "customer"},
    "capability": {"account": "account"},
    "charge": {
        "application": "application",
        "application_fee": "application_fee",
        "balance_transaction": "balance_transaction",
        "customer": "customer",
        "failure_balance_transaction": "balance_transaction",
        "on_behalf_of": "account",
        "payment_intent": "payment_intent",
        "payment_method_details.card.mandate": "mandate",
        "refunds": "[refund]",
        "review": "review",
        "source_transfer": "transfer",
        "transfer": "transfer",
        "transfer_data.destination": "account",
    },
    "customer": {
        "default_source": "*",
        "invoice_settings.default_payment_method": "payment_method",
        "test_clock": "test_helpers.test_clock",
    },
    "dispute": {
        "charge": "charge",
        "payment_intent": "payment_intent",
        **{f"evidence.{name}": "file" for name in EVIDENCE_FILES},
    },
    "event": {},
    "file": {},
    "external_account": {"account": "account"},
    "payment_intent": {
        "application": "application",
        "customer": "customer",
        "latest_charge": "charge",
        "on_behalf_of": "account",
        "payment_method": "payment_method",
        "payment_record": "payment_record",
        "review": "review",
        "source": "*",
        "transfer_data.destination": "account",
    },
    "payment_method": {
        "card.generated_from.setup_attempt": "setup_attempt",
        "customer": "customer",
    },
    "confirmation_token": {
        "payment_method_preview.card.generated_from.setup_attempt": "setup_attempt",
        "payment_method_preview.customer": "customer",
    },
    "customer_session": {"customer": "customer"},
    "setup_attempt": {
        "application": "application",
        "customer": "customer",
        "on_behalf_of": "account",
        "payment_method": "payment_method",
        "setup_intent": "setup_intent",
    },
    "setup_intent": {
        "application": "application",
        "customer": "customer",
        "latest_attempt": "setup_attempt",
        "mandate": "mandate",
        "on_behalf_of": "account",
        "payment_method": "payment_method",
        "single_use_mandate": "mandate",
    },
    "person": {
        f"verification.{kind}.{side}": "file"
        for kind in ("document", "additional_document")
        for side in ("front", "back")
    },
    "refund": {
        "balance_transaction": "balance_transaction",
        "charge": "charge",
        "customer": "customer",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
        "payment_method": "payment_method",
        "source_transfer_reversal": "transfer_reversal",
        "transfer_reversal": "transfer_reversal",
    },
    "fee_refund": {
        "balance_transaction": "balance_transaction",
        "fee": "application_fee",
    },
    "payout": {
        "application_fee": "application_fee",
        "balance_transaction": "balance_transaction",
        "destination": "*",
        "failure_balance_transaction": "balance_transaction",
        "original_payout": "payout",
        "reversed_by": "payout",
    },
    "radar.early_fraud_warning": {
        "charge": "charge",
        "payment_intent": "payment_intent",
    },
    "transfer": {
        "balance_transaction": "balance_transaction",
        "destination": "account",
        "destination_payment": "charge",
        "reversals": "[transfer_reversal]",
        "source_transaction": "charge",
    },
    "transfer_reversal": {
        "balance_transaction": "balance_transaction",
        "destination_payment_refund": "refund",
        "source_refund": "refund",
        "transfer": "transfer",
    },
    "webhook_endpoint": {},
}
_DEPTH = 4


def check_expand(returns: str, paths: list[str]) -> None:
    """Refuse a path that leads nowhere, before anything is done (stripe-facts 2.6)."""
    for path in paths:
        rest, kind, depth = path.split("."), returns, 0
        if kind.startswith("list:"):
            if rest[0] != "data":
                raise errors.not_expandable(path)
            kind, rest = kind[5:], rest[1:] or [""]
        while rest and kind != "*":
            step = _step(kind, rest)
            if step is None or depth == _DEPTH:
                raise errors.not_expandable(path)
            length, kind = step
            rest, depth = rest[length:], depth + 1
            if kind.startswith("["):
                kind, rest = kind[1:-1], _within(rest)


def _step(
    kind: str,
    parts: list[str],
) -> tuple[int, str] | None:
    table = EXPANDABLE.get(kind, {})
    for length in range(1, 5):
        found = table.get(".".join(parts[:length]))
        if found is not None:
            return length, found
    return None


def _within(parts: list[str]) -> list[str]:
    """The rest of a path that leads into a list; `data` may be named or left out."""
    return parts[1:] if parts[:1] == ["data"] else parts


def expand(
    act: Act,
    body: Json,
    paths: list[str],
) -> Json:
    """The body with the objects that `paths` name in place of their ids; null stays null."""
    made: _Made = {}
    for path in paths if body.get("object") != "balance" else ():
        parts = path.split(".")
        if body.get("object") == "list":
            for index, item in enumerate(body["data"]):
                body["data"][index] = _expand_at(
                    act,
                    dict(item),
                    parts[1:],
                    path,
                    made,
                )
        else:
            body = _expand_at(act, dict(body), parts, path, made)
    return body


# What earlier paths of the same request put in, by identity, and the account that it stands on:
# later paths go through it.
_Made = dict[int, Act]


def _expand_at(
    act: Act,
    body: Json,
    parts: list[str],
    path: str,
    made: _Made,
) -> Json:
    if not parts:
        return body
    step = _step(body["object"], parts)
    if step is None:
        raise errors.not_expandable(path)
    length, kind = step
    holder = _holder(body, parts[: length - 1])
    if holder is None:
        return body
    name, rest = parts[length - 1], parts[length:]
    if kind.startswith("["):
        if id(holder.get(name)) not in made:
            holder[name] = _contained(act, body, name, kind[1:-1])
            made[id(holder[name])] = act
        listed, rest = holder[name], _within(rest)
        listed["data"] = [
            _expand_at(act, item, rest, path, made) for item in listed["data"]
        ]
        return body
    value = holder.get(name)
    found = act.store.find(act.platform, value) if isinstance(value, str) else None
    if found is not None:
        value = dict(objects.render(act, found))
        made[id(value)] = act.within(found.scope)
    if isinstance(value, dict):
        inside = made.get(id(value), act)
        holder[name] = _expand_at(inside, value, rest, path, made)
    return body


def _holder(body: Json, parts: list[str]) -> Json | None:
    """The inner object that a path leads to, copied on the way; None where there is none."""
    holder = body
    for part in parts:
        if holder.get(part) is None:
            return None
        holder[part] = dict(holder[part])
        holder = holder[part]
    return holder


# How a contained object names what contains it, where that is not its kind.
_OWNER = {"fee_refund": "fee"}
_CONTAINED = 10


def _contained(
    act: Act,
    body: Json,
    name: str,
    object: str,
) -> Json:
    """A list inside an object: the newest of what belongs to it."""
    where = (
        "seq IN (SELECT seq FROM facets WHERE scope = ? AND object = ? AND "
        "name = ? AND value = ?)"
    )
    args = [
        act.scope,
        object,
        _OWNER.get(object, body["object"]),
        body["id"],
    ]
    found = act.store.select(
        where,
        args,
        order="seq DESC",
        limit=_CONTAINED + 1,
    )
    shown = [objects.render(act, doc) for doc in found[:_CONTAINED]]
    data = [dict(body) for body in shown]
    url = f"/v1/{body['object']}s/{body['id']}/{name}"
    return {
        "object": "list",
        "data": data,
        "has_more": len(found) > _CONTAINED,
        "url": url,
    }
