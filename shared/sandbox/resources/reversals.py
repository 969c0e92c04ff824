"""Transfer reversals: money that comes back from a connected account (stripe-facts 12 and 13)."""

from __future__ import annotations

from shared.sandbox import books, choices, errors
from shared.sandbox.events import emit
from shared.sandbox.objects import page
from shared.sandbox.resources import (
    application_fee_collection,
    fee_refunds,
    returns,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge_metadata


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Take a transfer, or part of it, back; its application fee in proportion when that is asked
    for.
    """
    transfer = act.get("transfer", ids["id"])
    nothing = errors.ApiError(400, f"Transfer {transfer.id} is already fully reversed.")
    too_much = "Reversal amount ({given}) is greater than unreversed amount on transfer ({left})"
    left = transfer.body["amount"] - transfer.body["amount_reversed"]
    amount = returns.remainder(
        params.get("amount"), left, transfer.body["currency"], nothing, too_much
    )
    fee, fee_back = None, 0
    if params.get("refund_application_fee"):
        fee, fee_back = _fee_share(act, transfer, amount)
    made = reverse(
        act,
        transfer,
        amount,
        fee_back=fee_back,
        metadata=params.get("metadata"),
        description=params.get("description"),
    )
    if fee:
        made.hidden["with_fee"] = fee_back
        act.store.save(made)
        if fee_back:
            fee_refunds.give_back(act, fee, fee_back, alone=False)
    emit(act, "transfer.reversed", transfer)
    if fee and fee_back:
        emit(act, "application_fee.refunded", fee)
    return made.body


def _fee_share(
    act: Act,
    transfer: Document,
    amount: int,
) -> tuple[Document, int]:
    payment = act.within(transfer.body["destination"]).get(
        "charge", transfer.body["destination_payment"]
    )
    fee = act.find("application_fee", payment.body["application_fee"] or "")
    if fee is None:
        message = f"Transfer {transfer.id} has no application fee to refund."
        raise errors.ApiError(400, message, param="refund_application_fee")
    earlier = [r for r in of_transfer(act, transfer) if "with_fee" in r.hidden]
    share = returns.portion(
        fee.body["amount"],
        transfer.body["amount"],
        before=sum(r.body["amount"] for r in earlier),
        now=amount,
        gone=sum(r.hidden["with_fee"] for r in earlier),
    )
    return fee, min(
        share,
        fee.body["amount"] - fee.body["amount_refunded"],
    )


def of_transfer(act: Act, transfer: Document) -> list[Document]:
    """All reversals of one transfer, oldest first."""
    return returns.siblings(act, "transfer_reversal", "transfer", transfer.id)


def reverse(
    act: Act,
    transfer: Document,
    amount: int,
    *,
    refund: str | None = None,
    fee_back: int = 0,
    description: str | None = None,
    metadata: Json | None = None,
) -> Document:
    """Book a transfer's way back to the platform, whose act it is; `fee_back` goes the other way.

    Where it needs cover the account must have the money; else its balance may fall below zero.
    """
    account = _payer(act, transfer, amount, fee_back)
    body: Json = {
        "id": act.world.id("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": act.now,
        "currency": transfer.body["currency"],
        "destination_payment_refund": None,
        "metadata": merge_metadata({}, metadata or {}),
        "source_refund": refund,
        "transfer": transfer.id,
    }
    mirrored = _refund_payment(account, transfer, amount, body["id"], fee_back)
    body["destination_payment_refund"] = mirrored.id
    body["balance_transaction"] = _post(act, transfer, body, description).id
    return _counted(act, transfer, act.add(body))


def _post(act: Act, transfer: Document, body: Json, text: str | None) -> Document:
    return books.post(
        act,
        "transfer_refund",
        body["id"],
        body["amount"],
        body["currency"],
        other=books.WITHIN,
        description=text or None,
        available_on=returns.day_of(act, transfer.body["balance_transaction"]),
    )


def _payer(
    act: Act,
    transfer: Document,
    amount: int,
    fee_back: int,
) -> Act:
    """The account that a transfer comes back from; 400 where it would need cover and has none."""
    account, net = act.within(transfer.body["destination"]), amount - fee_back
    covered = returns.can_pay(account, transfer.body["currency"], net)
    if not covered and _needs_cover(act, transfer):
        message = (
            f"The account {account.scope} has insufficient funds to reverse {amount} of transfer "
            f"{transfer.id}."
        )
        raise returns.insufficient(message)
    return account


def _counted(act: Act, transfer: Document, made: Document) -> Document:
    """A reversal that was made, once the transfer says how much of it came back by it."""
    body = transfer.body
    body["amount_reversed"] += made.body["amount"]
    body["reversed"] = body["amount_reversed"] == body["amount"]
    returns.embed(body["reversals"], made.body)
    act.store.save(transfer)
    return made


def _needs_cover(act: Act, transfer: Document) -> bool:
    """Whether a transfer comes back only out of what its account holds, what is pending included:
    not that of a destination charge, every other one (SDK).
    """
    charge = act.find("charge", transfer.body["source_transaction"] or "")
    if charge is None or charge.body.get("transfer") != transfer.id:
        return True
    return choices.chosen(act)["destination_reversals"] == choices.COVERED


def _refund_payment(
    account: Act,
    transfer: Document,
    amount: int,
    reversal: str,
    fee_back: int,
) -> Document:
    """The reversal as the account sees it: a refund (`pyr_…`) of the payment that the transfer
    arrived as.
    """
    payment = account.get("charge", transfer.body["destination_payment"])
    body = returns.refund_of(account, payment, amount, prefix="pyr")
    currency = body["currency"]
    txn = books.post(
        account,
        "payment_refund",
        body["id"],
        -amount,
        currency,
        other=books.WITHIN,
        fee=application_fee_collection.fee_detail(account, -fee_back, currency)
        if fee_back
        else None,
        available_on=returns.day_of(account, payment.body["balance_transaction"]),
    )
    body.update(balance_transaction=txn.id, source_transfer_reversal=reversal)
    returns.count_refund(account, payment, amount)
    return account.add(body)


def _found(
    act: Act,
    ids: dict[str, str],
) -> tuple[Document, Document]:
    transfer = act.get("transfer", ids["transfer"], param="transfer")
    made = act.get("transfer_reversal", ids["id"])
    if made.body["transfer"] != transfer.id:
        raise errors.no_such("transfer_reversal", made.id)
    return transfer, made


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One reversal."""
    return _found(act, ids)[1].body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Annotate a reversal; Stripe has no event for that."""
    transfer, made = _found(act, ids)
    return returns.annotated(act, transfer, "reversals", made, params)


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """The reversals of one transfer, newest first."""
    transfer = act.get("transfer", ids["id"])
    return page(
        act,
        "transfer_reversal",
        f"/v1/transfers/{transfer.id}/reversals",
        params,
        facets={"transfer": transfer.id},
    )
