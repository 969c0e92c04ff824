"""What becomes of a refund: paid at once, waiting for money, arriving late, or coming back
(stripe-facts 7 and 12).
"""

from __future__ import annotations

from shared.sandbox import books
from shared.sandbox.events import emit
from shared.sandbox.resources import (
    application_fee_collection,
    payment_method_cards,
    returns,
)
from shared.sandbox.resources.subjects import located, subject_of
from shared.sandbox.store import Document
from shared.sandbox.world import Act, snapshot

_DAY = 86400
_LATER = 60  # seconds until the bank of a test card has made up its mind


def pay(
    act: Act,
    refund: Document,
    charge: Document,
    *,
    fee_back: int = 0,
) -> None:
    """Take the money from the account that charged, or let the refund wait until it is there; the
    caller saves.

    `fee_back` is the application fee that a connected account gets back along with it.
    """
    body = refund.body
    currency = body["currency"]
    if not returns.can_pay(act, currency, body["amount"] - fee_back):
        body.update(status="pending", pending_reason="insufficient_funds")
        return
    txn = books.post(
        act,
        "refund",
        refund.id,
        -body["amount"],
        currency,
        other=books.NETWORK,
        fee=application_fee_collection.fee_detail(act, -fee_back, currency)
        if fee_back
        else None,
        available_on=returns.day_of(act, charge.body["balance_transaction"]),
        description=f"REFUND FOR CHARGE ({charge.body['description'] or charge.id})",
    )
    body["balance_transaction"] = txn.id
    body.pop("pending_reason", None)
    if _behaviour(act, charge) == "pendingRefund":
        body.update(status="pending", pending_reason="processing")
    else:
        body["status"] = "succeeded"


def _behaviour(act: Act, charge: Document) -> str:
    """What the test card does with refunds: `pendingRefund`, `refundFail`, or nothing of note."""
    method = act.find("payment_method", charge.body["payment_method"] or "")
    tokens = payment_method_cards.card_of(method).tokens if method else ()
    return next(
        (token for token in tokens if token in ("pendingRefund", "refundFail")),
        "",
    )


def foresee(act: Act, refund: Document) -> None:
    """Put what is still to happen on the agenda."""
    body, subject = refund.body, subject_of(act, refund.id)
    if body.get("pending_reason") == "insufficient_funds":
        act.store.schedule(
            (act.now // _DAY + 1) * _DAY,
            "refund_again",
            act.platform,
            subject,
        )
    elif (
        body["status"] == "pending"
        or _behaviour(act, _charge_of(act, refund)) == "refundFail"
    ):
        act.store.schedule(act.now + _LATER, "refund_answer", act.platform, subject)


def _charge_of(act: Act, refund: Document) -> Document:
    return act.get("charge", refund.body["charge"])


def try_again(act: Act, subject: str) -> None:
    """Each day a refund without money asks whether there is some now; it fails once its charge is
    charged back.
    """
    inside, refund = located(act, subject, "refund")
    if refund is None or refund.body.get("pending_reason") != "insufficient_funds":
        return
    charge, before = _charge_of(inside, refund), snapshot(refund)
    if charge.hidden.get("refundable") is False:
        fail(inside, refund, "charge_for_pending_refund_disputed")
        return
    pay(inside, refund, charge)
    inside.store.save(refund)
    emit(inside, "refund.updated", refund, before=before)
    foresee(inside, refund)


def answer(act: Act, subject: str) -> None:
    """The bank of a test card says how it ended: a pending refund arrived, a succeeded one did
    not.
    """
    inside, refund = located(act, subject, "refund")
    if refund is None:
        return
    if refund.body["status"] == "succeeded":
        fail(inside, refund, "expired_or_canceled_card")
    elif refund.body.get("pending_reason") == "processing":
        before = snapshot(refund)
        refund.body["status"] = "succeeded"
        del refund.body["pending_reason"]
        inside.store.save(refund)
        emit(inside, "refund.updated", refund, before=before)


def ask(act: Act, refund: Document) -> None:
    """Where the money is to go cannot be told without the shopper: the refund waits for an answer,
    and can be called back.
    """
    before = snapshot(refund)
    refund.body["status"] = "requires_action"
    del refund.body["pending_reason"]
    act.store.save(refund)
    emit(act, "refund.updated", refund, before=before)


def call_back(act: Act, refund: Document) -> None:
    """A refund that waits for the shopper is not made after all."""
    before = snapshot(refund)
    refund.body["status"] = "canceled"
    _bring_back(act, refund)
    emit(act, "refund.updated", refund, before=before)


def fail(act: Act, refund: Document, reason: str) -> None:
    """The refund did not arrive."""
    refund.body.update(status="failed", failure_reason=reason)
    refund.body.pop("pending_reason", None)
    _bring_back(act, refund)
    emit(act, "refund.failed", refund)


def _bring_back(act: Act, refund: Document) -> None:
    """What was taken for the refund comes back, and its charge can be refunded again.

    A reversed transfer and a refunded fee stay where they are; the next refund of the charge counts
    them.
    """
    body = refund.body
    if body["balance_transaction"]:
        txn = books.post(
            act,
            "refund_failure",
            refund.id,
            body["amount"],
            body["currency"],
            other=books.NETWORK,
            available_on=act.now,
        )
        body["failure_balance_transaction"] = txn.id
    act.store.save(refund)
    returns.count_refund(act, _charge_of(act, refund), -body["amount"])
