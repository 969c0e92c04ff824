"""Refunds: made, read, annotated (stripe-facts 12).

What becomes of one later stands in `refund_outcomes`.

Of a destination charge the platform pays the whole refund and the seller keeps everything, unless
`reverse_transfer` takes the transfer back in proportion, and `refund_application_fee` the fee. In
that order: first the seller's money comes in, then the fee goes out, then the platform pays; what
it cannot pay waits (`pending`).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.sandbox import errors
from shared.sandbox.events import annotated, emit
from shared.sandbox.objects import given, page
from shared.sandbox.resources import (
    fee_refunds,
    refund_outcomes,
    returns,
    reversals,
    settlement,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge_metadata


@dataclass(frozen=True)
class _Asked:
    """One of the two things that a refund can bring back along with itself."""

    object: str  # which is also its field in the charge
    param: str
    returned: str  # its field that tells how much of it went back
    note: str  # under which a refund remembers what it took


_TRANSFER = _Asked("transfer", "reverse_transfer", "amount_reversed", "transfer")
_FEE = _Asked("application_fee", "refund_application_fee", "amount_refunded", "fee")


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Give a charge, or part of it, back to the shopper."""
    charge = _charge(act, params)
    _check_refundable(charge)
    # An asynchronous capture that is refunded at once is settled first.
    settlement.settle_now(act, charge)
    amount = _amount(charge, params)
    refund = Document(
        returns.refund_of(act, charge, amount),
        {},
        act.platform,
        act.scope,
    )
    refund.body["reason"] = params.get("reason")
    refund.body["metadata"] = merge_metadata(
        {},
        params.get("metadata") or {},
    )
    if params.get("instructions_email"):
        refund.body["instructions_email"] = params["instructions_email"]
    transfer, fee = _bring_back(act, charge, refund, params)
    returns.count_refund(act, charge, amount)
    act.store.insert(refund)
    emit(act, "refund.created", refund)
    emit(act, "charge.refunded", charge)
    if transfer:
        emit(act, "transfer.reversed", transfer)
    if fee:
        emit(act.within(act.home), "application_fee.refunded", fee)
    refund_outcomes.foresee(act, refund)
    return refund.body


def _charge(act: Act, params: Json) -> Document:
    for name in ("customer", "currency", "origin"):
        if name in params:
            message = (
                f"`{name}` is for refunds of a customer balance; no such balance is "
                "played here."
            )
            raise errors.ApiError(400, message, param=name)
    if not params.get("charge") and not params.get("payment_intent"):
        message = (
            "One of the following params should be provided for this request: payment_intent or "
            "charge."
        )
        raise errors.ApiError(
            400,
            message,
            code="parameter_missing",
            param="charge",
            stored=False,
        )
    found = params.get("charge")
    if params.get("payment_intent"):
        intent = act.referred(
            "payment_intent", params["payment_intent"], param="payment_intent"
        )
        latest = intent.body["latest_charge"]
        if latest is None or intent.body["status"] == "requires_payment_method":
            message = (
                f"The PaymentIntent ({intent.id}) does not have a successful charge to "
                "refund."
            )
            raise errors.ApiError(400, message, param="payment_intent")
        if found not in (None, latest):
            message = f"Charge {found} does not belong to PaymentIntent {intent.id}."
            raise errors.ApiError(400, message, param="charge")
        found = latest
    return act.referred("charge", str(found), param="charge")


def _check_refundable(charge: Document) -> None:
    body = charge.body
    if body["status"] != "succeeded":
        message = f"Charge {charge.id} failed; there is nothing to refund."
        raise errors.ApiError(400, message, param="charge")
    if body["source_transfer"]:
        message = (
            f"Charge {charge.id} arrived by a transfer; it goes back when the platform reverses "
            "that."
        )
        raise errors.ApiError(400, message, param="charge")
    if charge.hidden.get("refundable") is False:
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise errors.ApiError(400, message, code="charge_disputed")
    if not body["captured"] and not body["refunded"]:
        message = (
            f"This uncaptured Charge was created by a PaymentIntent ({body['payment_intent']}). "
            "You must cancel the "
            "PaymentIntent to reverse the authorization instead of refunding the Charge directly."
        )
        raise errors.ApiError(400, message, param="charge")


def _amount(charge: Document, params: Json) -> int:
    """What was asked for, or all that is left; what a bank took for good is not there to be
    refunded.
    """
    body = charge.body
    gone = body["amount_refunded"] + charge.hidden.get("taken", 0)
    left = body["amount"] - gone
    return returns.remainder(
        params.get("amount"),
        left,
        body["currency"],
        errors.ApiError(
            400,
            f"Charge {charge.id} has already been refunded.",
            code="charge_already_refunded",
        ),
        "Refund amount ({given}) is greater than unrefunded amount on charge ({left})",
    )


def _bring_back(
    act: Act,
    charge: Document,
    refund: Document,
    params: Json,
) -> tuple[Document | None, Document | None]:
    """Move the money; the transfer and the fee that something of came back, if any."""
    home, amount = act.within(act.home), refund.body["amount"]
    transfer, reversed_ = _asked_share(home, charge, refund, params, _TRANSFER)
    fee, fee_back = _asked_share(home, charge, refund, params, _FEE)
    if transfer and reversed_:
        along = fee_back if fee else 0
        reversal = reversals.reverse(
            home, transfer, reversed_, refund=refund.id, fee_back=along
        )
        refund.body["transfer_reversal"] = reversal.id
    direct = act.scope != act.home
    enough = not direct or returns.can_pay(
        act, charge.body["currency"], amount - fee_back
    )
    if fee and fee_back:
        # It comes back on the row of what moves on the account: the reversed payment, or the
        # account's own refund.
        along_with = reversed_ or (direct and enough)
        fee_refunds.give_back(home, fee, fee_back, alone=not along_with)
    refund_outcomes.pay(
        act, refund, charge, fee_back=fee_back if direct and enough else 0
    )
    return (transfer if reversed_ else None), (fee if fee_back else None)


def _asked_share(
    home: Act,
    charge: Document,
    refund: Document,
    params: Json,
    asked: _Asked,
) -> tuple[Document | None, int]:
    """What `_share` says if the refund asks for it; the refund remembers how much that was."""
    if not params.get(asked.param):
        return None, 0
    doc, share = _share(home, charge, refund.body["amount"], asked)
    refund.hidden[asked.note] = share
    return doc, share


def _share(
    home: Act,
    charge: Document,
    amount: int,
    asked: _Asked,
) -> tuple[Document, int]:
    """The transfer or fee that a refund is asked to bring back, and how much of it.

    In proportion to the refunds that asked for it, failed ones left out: what those took already
    counts for the next.
    """
    doc = home.find(
        asked.object,
        charge.body.get(asked.object) or "",
    )
    if doc is None:
        message = (
            f"Charge {charge.id} has no {asked.object.replace('_', ' ')}; `{asked.param}` cannot "
            "be used."
        )
        raise errors.ApiError(400, message, param=asked.param)
    inside = home.within(charge.scope)
    refunds = returns.siblings(inside, "refund", "charge", charge.id)
    earlier = [refund for refund in refunds if asked.note in refund.hidden]
    counted = [
        one for one in earlier if one.body["status"] not in ("failed", "canceled")
    ]
    share = returns.portion(
        doc.body["amount"],
        charge.body["amount_captured"],
        before=sum(refund.body["amount"] for refund in counted),
        now=amount,
        gone=sum(refund.hidden[asked.note] for refund in earlier),
    )
    left = doc.body["amount"] - doc.body[asked.returned]
    return doc, min(share, left)


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One refund."""
    return act.get("refund", ids["refund"], param="refund").body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Annotate a refund."""
    doc = act.get("refund", ids["refund"], param="refund")
    return annotated(act, doc, params, "refund.updated")


def cancel(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Only a refund that waits for the shopper can be called back (stripe-facts 12.11)."""
    doc = act.get("refund", ids["refund"], param="refund")
    if doc.body["status"] == "requires_action":
        refund_outcomes.call_back(act, doc)
        return doc.body
    message = (
        f"You cannot cancel this Refund because it has a status of {doc.body['status']}. Only a "
        "Refund with the following "
        "status may be canceled: requires_action."
    )
    raise errors.ApiError(400, message)


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Refunds, newest first."""
    facets = given(params, "charge", "payment_intent")
    return page(act, "refund", "/v1/refunds", params, facets=facets)
