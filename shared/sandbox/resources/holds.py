"""Money that is held and captured later, or let go (stripe-facts 8.10 and 18.2).

Whatever of a hold is not captured goes back as a refund without a row in the books, for nothing was
booked: so `amount_refunded` of a charge is always the sum of its refunds. `refund.created` tells of
it, and one event of the charge: `charge.captured`, `charge.refunded` (canceled) or
`charge.expired`.
"""

from __future__ import annotations

from shared.sandbox import errors, money
from shared.sandbox.events import emit
from shared.sandbox.resources import (
    descriptors,
    intent_accounts,
    intent_rules,
    returns,
    settlement,
)
from shared.sandbox.resources.charges import HOLD_DAYS
from shared.sandbox.resources.subjects import located, subject_of
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate

_DAY = 86400


def remember(act: Act, intent: Document) -> None:
    """A hold that nobody captures dies by itself after some days."""
    act.store.schedule(
        act.now + HOLD_DAYS * _DAY,
        "expire_hold",
        act.platform,
        subject_of(act, intent.id),
    )


def expire(act: Act, subject: str) -> None:
    """The day has come: the charge expires and its intent is canceled, if nobody captured it."""
    inside, intent = located(act, subject, "payment_intent")
    if intent is not None and intent.body["status"] == "requires_capture":
        charge = inside.get("charge", intent.body["latest_charge"])
        refund = _release(
            inside, charge, charge.body["amount"], reason="expired_uncaptured_charge"
        )
        emit(inside, "refund.created", refund)
        emit(inside, "charge.expired", charge)
        _cancel(inside, intent, "automatic")


def give_up(act: Act, intent: Document, reason: str | None) -> None:
    """Cancel an intent; what it holds is released as a refund."""
    if intent.body["status"] == "requires_capture":
        charge = act.get("charge", intent.body["latest_charge"])
        refund = _release(act, charge, charge.body["amount"])
        emit(act, "refund.created", refund)
        emit(act, "charge.refunded", charge)
    _cancel(act, intent, reason)


def _cancel(act: Act, intent: Document, reason: str | None) -> None:
    intent.body.update(
        status="canceled",
        canceled_at=act.now,
        next_action=None,
        amount_capturable=0,
        cancellation_reason=reason,
    )
    act.store.save(intent)
    emit(act, "payment_intent.canceled", intent)


def _release(
    act: Act,
    charge: Document,
    amount: int,
    reason: str | None = None,
) -> Document:
    body = returns.refund_of(act, charge, amount, kind="reversal")
    body["reason"] = reason
    returns.count_refund(act, charge, amount)
    return act.add(body)


def capture_intent(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Take what an intent holds, or less and let the rest go."""
    intent = act.get("payment_intent", ids["intent"], param="intent")
    status = intent.body["status"]
    if status != "requires_capture":
        message = (
            f"This PaymentIntent could not be captured because it has a status of {status}. Only "
            "a PaymentIntent with one "
            "of the following statuses may be captured: requires_capture."
        )
        raise errors.ApiError(
            400,
            message,
            code="payment_intent_unexpected_state",
            payment_intent=intent.body,
        )
    if params.get("final_capture") is False:
        message = (
            "`final_capture` can only be `false` when multicapture is available, and it is not "
            "for this charge."
        )
        raise errors.ApiError(400, message, param="final_capture")
    intent_rules.write_details(intent, params)
    annotate(intent.body, params)
    charge = act.get("charge", intent.body["latest_charge"])
    _capture(act, intent, charge, params, "amount_to_capture")
    return intent.body


def capture_charge(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """The same by the charge's id; its intent follows."""
    charge = act.get("charge", ids["charge"], param="charge")
    body = charge.body
    if body["captured"]:
        message = f"Charge {charge.id} has already been captured."
        raise errors.ApiError(400, message, code="charge_already_captured")
    if body["status"] != "succeeded" or body["refunded"]:
        gone = "has already been refunded" if body["refunded"] else "failed"
        message = f"Charge {charge.id} could not be captured because it {gone}."
        raise errors.ApiError(
            400, message, code="charge_already_refunded" if body["refunded"] else None
        )
    if params.get("receipt_email"):
        body["receipt_email"] = params["receipt_email"]
    if params.get("transfer_group"):
        body["transfer_group"] = params["transfer_group"]
    if "application_fee" in params:  # the old name
        params = {"application_fee_amount": params["application_fee"], **params}
    _capture(
        act,
        act.get("payment_intent", body["payment_intent"]),
        charge,
        params,
        "amount",
    )
    return charge.body


def _capture(
    act: Act,
    intent: Document,
    charge: Document,
    params: Json,
    param: str,
) -> None:
    body = charge.body
    amount: int = params[param] if param in params else body["amount"]
    money.positive(amount, param)
    if amount > body["amount"]:
        message = (
            "The payment could not be captured because the requested capture amount is greater "
            "than the authorized amount."
        )
        raise errors.ApiError(400, message, code="amount_too_large", param=param)
    if body["transfer_data"]:
        intent_accounts.reached(
            act, body["transfer_data"]["destination"], "transfer_data[destination]"
        )
    _change_terms(intent, charge, params)
    body.update(captured=True, amount_captured=amount)
    body["payment_method_details"]["card"].pop("capture_before", None)
    rest = body["amount"] - amount
    refund = _release(act, charge, rest) if rest else None
    settlement.move_money(act, charge)
    intent.body.update(status="succeeded", amount_capturable=0, amount_received=amount)
    act.store.save(intent)
    if refund:
        emit(act, "refund.created", refund)
    emit(act, "charge.captured", charge)
    emit(act, "payment_intent.succeeded", intent)


def _change_terms(intent: Document, charge: Document, params: Json) -> None:
    """The fee, or what is passed on, may still be set at capture; and the words on the shopper's
    statement.
    """
    both = (intent.body, charge.body)
    transfer = params.get("transfer_data", {}).get("amount")
    if transfer is not None:
        money.positive(transfer, "transfer_data[amount]")
        if not intent.body["transfer_data"]:
            message = (
                "You cannot set `transfer_data[amount]` on a payment that was made without a "
                "destination."
            )
            raise errors.ApiError(400, message, param="transfer_data[amount]")
        for body in both:
            body["transfer_data"] = {**body["transfer_data"], "amount": transfer}
    fee: int | None = params.get("application_fee_amount")
    if fee is not None:
        money.positive(fee, "application_fee_amount")
        if (charge.body["transfer_data"] or {}).get("amount"):
            message = "You cannot pass both `application_fee_amount` and `transfer_data[amount]`."
            raise errors.ApiError(400, message, param="application_fee_amount")
        if not intent.body["transfer_data"] and not intent.body["application"]:
            message = (
                "Can only apply an application_fee_amount to a direct payment or to one with a "
                "destination."
            )
            raise errors.ApiError(400, message, param="application_fee_amount")
        for body in both:
            body["application_fee_amount"] = fee
    if suffix := params.get("statement_descriptor_suffix"):
        descriptors.check_suffix(params)
        for body in both:
            body["statement_descriptor_suffix"] = suffix
        charge.body["calculated_statement_descriptor"] = descriptors.calculated(suffix)
