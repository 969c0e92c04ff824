"""Refunds of application fees, by themselves or along with a refund or a reversal (stripe-facts
12).
"""

from __future__ import annotations

from shared.sandbox import books, errors
from shared.sandbox.events import emit
from shared.sandbox.objects import page
from shared.sandbox.resources import returns
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge_metadata, snapshot


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Give a fee, or part of it, back to the account that paid it.

    Whatever the platform holds, as when it goes back along with a refund: no document asks for
    cover, and the platform's balance may be pending or below zero.
    """
    fee = act.get("application_fee", ids["id"])
    nothing = errors.ApiError(
        400, f"Application fee {fee.id} has already been refunded."
    )
    too_much = (
        "Refund amount ({given}) is greater than unrefunded amount on fee ({left})"
    )
    left = fee.body["amount"] - fee.body["amount_refunded"]
    amount = returns.remainder(
        params.get("amount"),
        left,
        fee.body["currency"],
        nothing,
        too_much,
    )
    made = give_back(act, fee, amount, metadata=params.get("metadata"))
    emit(act, "application_fee.refunded", fee)
    return made.body


def give_back(
    act: Act,
    fee: Document,
    amount: int,
    *,
    alone: bool = True,
    metadata: Json | None = None,
) -> Document:
    """Book the fee's way back; the act is the platform's.

    `alone`: nothing else moves on the account, which gets a row for it. Otherwise its row for what
    does move bears the fee as a negative one.
    """
    body, id = fee.body, act.world.id("fr")
    txn = books.post(
        act,
        "application_fee_refund",
        id,
        -amount,
        body["currency"],
        other=books.WITHIN,
        available_on=returns.day_of(act, body["balance_transaction"]),
    )
    if alone:
        _post_to_payer(act, fee, id, amount)
    made = act.add(
        {
            "id": id,
            "object": "fee_refund",
            "amount": amount,
            "balance_transaction": txn.id,
            "created": act.now,
            "currency": body["currency"],
            "fee": fee.id,
            "metadata": merge_metadata({}, metadata or {}),
        }
    )
    _count(act, fee, made)
    return made


def _count(act: Act, fee: Document, made: Document) -> None:
    """The fee says how much of it went back, and by which refunds."""
    body = fee.body
    body["amount_refunded"] += made.body["amount"]
    body["refunded"] = body["amount_refunded"] == body["amount"]
    returns.embed(body["refunds"], made.body)
    act.store.save(fee)


def _post_to_payer(
    act: Act,
    fee: Document,
    id: str,
    amount: int,
) -> None:
    """The row of a fee's refund on the account that paid the fee."""
    account = act.within(fee.body["account"])
    charge = account.find(
        "charge", fee.body["charge"]
    )  # none where a payout paid the fee
    row = charge.body["balance_transaction"] if charge else None
    books.post(
        account,
        "adjustment",
        id,
        amount,
        fee.body["currency"],
        other=books.WITHIN,
        available_on=returns.day_of(account, row),
        description=f"Refund of application fee {fee.id}",
    )


def _found(
    act: Act,
    ids: dict[str, str],
) -> tuple[Document, Document]:
    fee = act.get("application_fee", ids["fee"], param="fee")
    made = act.get("fee_refund", ids["id"])
    if made.body["fee"] != fee.id:
        raise errors.no_such("fee_refund", made.id)
    return fee, made


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One refund of a fee."""
    return _found(act, ids)[1].body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Annotate a refund of a fee."""
    fee, made = _found(act, ids)
    before = snapshot(made)
    returns.annotated(act, fee, "refunds", made, params)
    emit(act, "application_fee.refund.updated", made, before=before)
    return made.body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """The refunds of one fee, newest first."""
    fee = act.get("application_fee", ids["id"])
    return page(
        act,
        "fee_refund",
        f"/v1/application_fees/{fee.id}/refunds",
        params,
        facets={"fee": fee.id},
    )
