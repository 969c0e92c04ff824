"""Where payouts go: bank accounts and debit cards of accounts, and how Stripe's test numbers behave
(stripe-facts 7).
"""

from __future__ import annotations

import hashlib
from typing import Any

from shared.sandbox import schedules
from shared.sandbox.events import emit
from shared.sandbox.resources import connected, external_account_data, requirements
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge_metadata, snapshot

KINDS = ("bank_account", "card")


def add(
    act: Act,
    account: Document,
    given: Any,
    *,
    default: bool | None = None,
    metadata: Any = None,
    replace: bool = False,
) -> Json:
    """A new external account from what the caller gave, a dict or a token; the account's own body
    is changed, not saved.

    The first one in its currency is the default for it. With `replace` it takes the place of the
    default one.
    """
    target = external_account_data.read(act, account.body, given)
    own = given.get("metadata") if isinstance(given, dict) else None
    return keep(
        act,
        account,
        target,
        default=default,
        metadata=metadata or own,
        replace=replace,
    )


def add_example(act: Act, account: Document) -> Json:
    """The bank account that hosted onboarding gives: Stripe's test bank, in the account's own
    country and currency.
    """
    body = external_account_data.bank_body(
        {
            "country": account.body["country"],
            "routing_number": external_account_data.TEST_ROUTING,
        },
        account.body["default_currency"],
    )
    return keep(
        act, account, external_account_data.Target("bank_account", "000123456789", body)
    )


def keep(
    act: Act,
    account: Document,
    target: external_account_data.Target,
    *,
    default: bool | None = None,
    metadata: Any = None,
    replace: bool = False,
) -> Json:
    """Store a checked external account, tell about it, and plan the paydays that it makes
    possible.
    """
    inside = act.within(account.id)
    currency = target.body["currency"]
    former = default_for(inside, currency)
    body = _body(act, account.id, target)
    body["default_for_currency"] = former is None or replace or bool(default)
    body["metadata"] = merge_metadata({}, metadata or {})
    doc = inside.add(
        body,
        number=target.number,
        fails=target.fails,
        fails_at_once=target.fails_at_once,
    )
    if body["default_for_currency"]:
        make_default(inside, doc)
    emit(inside, "account.external_account.created", doc)
    if former and replace:
        remove(inside, former)
    mirror(act, account)
    schedules.resume(inside)
    return body


def _body(act: Act, account: str, target: external_account_data.Target) -> Json:
    return {
        "id": act.world.id("ba" if target.kind == "bank_account" else "card"),
        "object": target.kind,
        "account": account,
        "customer": None,
        "default_for_currency": True,
        "fingerprint": _fingerprint(target),
        "last4": target.number[-4:],
        "metadata": {},
        "status": "new",
        **target.body,
    }


def all_of(act: Act) -> list[Document]:
    """The account's external accounts, newest first."""
    where = "scope = ? AND platform = ? AND object IN (?, ?)"
    return act.store.select(
        where,
        [act.scope, act.platform, *KINDS],
        order="seq DESC",
    )


def default_for(act: Act, currency: str) -> Document | None:
    """Where the account's payouts in this currency go; the platform's own account has a test bank
    in any currency.
    """
    found = all_of(act)
    for doc in found:
        if doc.body["currency"] == currency and doc.body["default_for_currency"]:
            return doc
    return None


def make_default(act: Act, doc: Document) -> None:
    """From now on payouts in this currency go here."""
    for other in all_of(act):
        chosen = other.id == doc.id
        if (
            other.body["currency"] == doc.body["currency"]
            and other.body["default_for_currency"] != chosen
        ):
            other.body["default_for_currency"] = chosen
            act.store.save(other)
    doc.body["default_for_currency"] = True


def remove(act: Act, doc: Document) -> None:
    """Forget it; what is on its way there still arrives."""
    act.store.delete(doc)
    emit(act, "account.external_account.deleted", doc)


def own_bank(act: Act, currency: str) -> Document:
    """The platform's bank account: opened when it is first needed, there is no API for it."""
    body = external_account_data.bank_body(
        {"country": "US", "routing_number": external_account_data.TEST_ROUTING},
        currency,
    )
    target = external_account_data.Target("bank_account", "000123456789", body)
    return act.add(_body(act, act.home, target), number=target.number)


def mirror(act: Act, account: Document) -> None:
    """The account shows its external accounts, ten at most."""
    found = all_of(act.within(account.id))
    account.body["external_accounts"] = {
        "object": "list",
        "data": [doc.body for doc in found[:10]],
        "has_more": len(found) > 10,
        "url": f"/v1/accounts/{account.id}/external_accounts",
    }


def break_down(act: Act, doc: Document) -> None:
    """After a failed payout it is `errored`: told of, asked for again, and no payday uses it until
    it is looked after.
    """
    before = snapshot(doc)
    doc.body["status"] = "errored"
    act.store.save(doc)
    emit(act, "account.external_account.updated", doc, before=before)
    account = connected.own_account(act.within(act.home), act.scope)
    if account is not None:
        was = snapshot(account)
        mirror(act, account)
        requirements.settle(act.within(act.home), account, was)


def _fingerprint(target: external_account_data.Target) -> str:
    text = f"{target.kind} {target.body.get('routing_number')} {target.number}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
