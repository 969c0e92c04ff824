"""Transfers: made by the platform itself, from what is available or out of one charge; read,
annotated (stripe-facts 3, 11, 12).
"""

from __future__ import annotations

from shared.sandbox import books, errors, money, schedules
from shared.sandbox.events import emit
from shared.sandbox.objects import given, page
from shared.sandbox.resources import (
    destination_payments,
    intent_accounts,
    returns,
    settlement,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge_metadata, snapshot


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Send money to a connected account; out of a charge it becomes available when the charge's own
    money does.
    """
    currency = money.check_currency(params["currency"])
    if act.scope != act.home:
        raise errors.ApiError(
            400, "Only a platform can transfer money to its connected accounts."
        )
    account = intent_accounts.destined(act, params["destination"], "destination")
    metadata = merge_metadata({}, params.get("metadata") or {})
    source = _source(act, params, currency)
    amount = _amount(act, params, source, currency)
    group = params.get("transfer_group") or None
    available_on = max(act.now, schedules.today(act))
    if source is not None:
        if source.body["transfer_group"] is None:
            source.body["transfer_group"] = group or f"group_{source.id}"
            act.store.save(source)
        group = group or source.body["transfer_group"]
        available_on = returns.day_of(act, source.body["balance_transaction"])
    made, payment = destination_payments.transfer(
        act,
        amount,
        currency,
        account.id,
        available_on=available_on,
        source=source.id if source else None,
        labels=destination_payments.Labels(
            group, params.get("description") or None, metadata
        ),
    )
    emit(act, "transfer.created", made)
    destination_payments.book_payment(act, payment, available_on)
    return made.body


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One transfer."""
    return act.get("transfer", ids["transfer"], param="transfer").body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Annotate a transfer."""
    doc = act.get("transfer", ids["transfer"], param="transfer")
    before = snapshot(doc)
    if "description" in params:
        doc.body["description"] = params["description"] or None
    annotate(doc.body, params)
    act.store.save(doc)
    emit(act, "transfer.updated", doc, before=before)
    return doc.body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Transfers, newest first."""
    return page(
        act,
        "transfer",
        "/v1/transfers",
        params,
        facets=given(params, "destination", "transfer_group"),
    )


def _source(act: Act, params: Json, currency: str) -> Document | None:
    if "source_transaction" not in params:
        return None
    charge = act.referred(
        "charge", params["source_transaction"], param="source_transaction"
    )
    settlement.settle_now(act, charge)
    if not charge.body["captured"] or charge.body["status"] != "succeeded":
        message = f"Charge {charge.id} has no money to transfer: it was not captured."
        raise errors.ApiError(400, message, param="source_transaction")
    if charge.body["currency"] != currency:
        message = (
            "The currency of source_transaction's balance transaction "
            f"({charge.body['currency']}) must be the same as the transfer currency ({currency})"
        )
        raise errors.ApiError(400, message, param="currency")
    return charge


def _amount(
    act: Act,
    params: Json,
    source: Document | None,
    currency: str,
) -> int:
    if "amount" in params:
        money.positive(params["amount"], "amount")
        money.check_whole(params["amount"], currency)
    if source is not None:
        return _out_of(act, params, source, currency)
    if "amount" not in params:
        raise errors.missing_param("amount")
    amount = int(params["amount"])
    if (
        params.get("source_type", "card") != "card"
        or books.held(act, currency)[0] < amount
    ):
        message = (
            "You have insufficient available funds in your Stripe account. Try adding funds "
            "directly to your available "
            "balance by creating Charges using the 4000000000000077 test card."
        )
        raise returns.insufficient(message)
    return amount


def _out_of(
    act: Act,
    params: Json,
    source: Document,
    currency: str,
) -> int:
    """An amount that is left of a charge; transfers that came back leave it free again."""
    whole: int = source.body["amount_captured"]
    earlier = returns.siblings(act, "transfer", "source_transaction", source.id)
    used = sum(
        transfer.body["amount"] - transfer.body["amount_reversed"]
        for transfer in earlier
    )
    amount = int(params.get("amount", whole - used))
    if used + amount > whole or amount < 1:
        so_far = money.written(used, currency, code=False)
        note = (
            f" (There is already a transfer using this source, amounting to {so_far}.)"
            if used
            else ""
        )
        message = (
            "Transfers using this transaction as a source must not exceed the source amount of "
            f"{money.written(whole, currency, code=False)}.{note}"
        )
        raise errors.ApiError(400, message, param="amount")
    return amount
