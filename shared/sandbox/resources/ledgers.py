"""What tells of money: transfers, application fees, balance transactions, the balance (sections 11, 14)."""

from __future__ import annotations

from typing import Any

from shared.sandbox import books, errors
from shared.sandbox.events import emit
from shared.sandbox.objects import page, render
from shared.sandbox.resources import banks
from shared.sandbox.store import Json
from shared.sandbox.world import Act, merge_metadata, snapshot


def retrieve_transfer(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One transfer."""
    return act.get("transfer", ids["transfer"], param="transfer").body


def update_transfer(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Annotate a transfer."""
    doc = act.get("transfer", ids["transfer"], param="transfer")
    before = snapshot(doc)
    if "description" in params:
        doc.body["description"] = params["description"] or None
    if "metadata" in params:
        doc.body["metadata"] = merge_metadata(doc.body["metadata"], params["metadata"])
    act.store.save(doc)
    emit(act, "transfer.updated", doc, before=before)
    return doc.body


def list_transfers(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Transfers, newest first."""
    return page(act, "transfer", "/v1/transfers", params, facets=_given(params, "destination", "transfer_group"))


def retrieve_fee(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One application fee."""
    return act.get("application_fee", ids["id"]).body


def list_fees(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Application fees, newest first."""
    return page(act, "application_fee", "/v1/application_fees", params, facets=_given(params, "charge"))


def retrieve_transaction(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One balance transaction."""
    return render(act, act.get("balance_transaction", ids["id"]))


def list_transactions(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Balance transactions, newest first; by payout only those that an automatic one paid out (section 14)."""
    if "payout" in params:
        payout = act.referred("payout", params["payout"], param="payout")
        if not payout.body["automatic"]:
            message = "Balance transaction history can only be filtered on automatic transfers, not manual."
            raise errors.ApiError(400, message, param="payout")
    facets = _given(params, "currency", "payout", "source", "type")
    return page(act, "balance_transaction", "/v1/balance_transactions", params, facets=facets)


def _given(params: Json, *names: str) -> dict[str, Any]:
    return {name: params[name] for name in names if name in params}


def balance(act: Act, ids: dict[str, str], params: Json) -> Json:
    """What is available now, what is still pending, and what can leave within a minute, per currency.

    `connect_reserved` stays at nought: nothing of the platform's money is held for accounts whose balance is negative.
    """
    sums = books.balances(act)
    if not sums:
        account = act.store.find(act.platform, act.scope, scope=act.home, object="account")
        sums = {account.body["default_currency"] if account else "usd": (0, 0)}
    return {
        "object": "balance",
        "available": [_line(currency, both[0]) for currency, both in sums.items()],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in sums],
        "instant_available": [_instant(act, currency, max(0, both[0])) for currency, both in sums.items()],
        "livemode": False,
        "pending": [_line(currency, both[1]) for currency, both in sums.items()],
    }


def _line(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


def _instant(act: Act, currency: str, amount: int) -> Json:
    """What can be paid out instantly, and to which of the account's banks and cards; nothing without one that can."""
    able = [
        bank.id for bank in banks.all_of(act)
        if bank.body["currency"] == currency and "instant" in bank.body["available_payout_methods"]
    ]  # fmt: skip
    line = _line(currency, amount if able else 0)
    net = [{"amount": amount, "destination": id, "source_types": {"card": amount}} for id in able]
    return {**line, "net_available": net}
