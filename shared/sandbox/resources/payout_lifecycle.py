"""A payout once it is made: on its way, paid, failed or taken back (stripe-facts 14)."""

from __future__ import annotations

from shared.sandbox import books, schedules
from shared.sandbox.events import emit
from shared.sandbox.resources import banks, payout_fees
from shared.sandbox.resources.subjects import located, subject_of
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge_metadata, snapshot

_INSTANTLY = 30  # seconds that an instant payout takes
MESSAGES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "could_not_process": "The bank could not process this payout.",
    "debit_not_authorized": (
        "Debit transactions are not approved on the bank account. (Stripe requires bank accounts "
        "to be set up for both credit and debit payouts.)"
    ),
    "declined": "The bank has declined this transfer. Please contact the bank before retrying.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the payout.",
    "invalid_account_number": (
        "The routing number seems correct, but the account number is invalid."
    ),
    "invalid_currency": (
        "The bank was unable to process this payout because of its currency. This is probably "
        "because the bank account cannot accept payments in that currency."
    ),
    "no_account": (
        "The bank account details on file are probably incorrect. No bank account could be "
        "located with those details."
    ),
    "unsupported_card": "The bank no longer supports payouts to this card.",
}


def _blank(given: Json, *, automatic: bool) -> Json:
    """A payout of which no more is known than what was asked for."""
    return {
        "id": None,
        "object": "payout",
        "amount": None,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": None,
        "automatic": automatic,
        "balance_transaction": None,
        "created": None,
        "currency": None,
        "description": "STRIPE PAYOUT"
        if automatic
        else given.get("description") or None,
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": merge_metadata({}, given.get("metadata") or {}),
        "method": given.get("method", "standard"),
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": None,
    }


def _post(act: Act, body: Json) -> Document:
    """The row of a payout that is made; what it brings back comes in when it arrives."""
    amount, currency = body["amount"], body["currency"]
    return books.post(
        act,
        "payout",
        body["id"],
        -amount,
        currency,
        other=books.BANK,
        available_on=act.now if amount > 0 else body["arrival_date"],
        fee=payout_fees.detail(act, body["application_fee_amount"] or 0, currency),
        description="STRIPE PAYOUT",
    )


def make(
    act: Act,
    bank: Document,
    amount: int,
    currency: str,
    given: Json,
    *,
    automatic: bool = False,
    original: str | None = None,
    fee: int = 0,
) -> Document:
    """A payout on its way; the balance falls at once.

    A negative amount is a reversal: it comes in when it arrives.
    """
    arrives = _arrival(act, given)
    body: Json = {
        **_blank(given, automatic=automatic),
        "id": act.world.id("po"),
        "amount": amount,
        "application_fee_amount": fee or None,
        "arrival_date": arrives,
        "created": act.now,
        "currency": currency,
        "destination": bank.id,
        "original_payout": original,
        "type": bank.body["object"],
    }
    body["balance_transaction"] = _post(act, body).id
    if fee:
        collected = payout_fees.collect(act, body["id"], fee, currency)
        body["application_fee"] = collected
    settings = schedules.settings(act).body["payments"]["payouts"]
    descriptor = given.get("statement_descriptor") or settings["statement_descriptor"]
    body["statement_descriptor"] = descriptor
    doc = act.add(body)
    emit(act, "payout.created", doc)
    leaves = arrives if body["method"] == "instant" else _midnight(act, 1)
    act.store.schedule(leaves, "payout", act.platform, subject_of(act, doc.id))
    return doc


def _arrival(act: Act, given: Json) -> int:
    if given.get("method") == "instant":
        return act.now + _INSTANTLY
    return _midnight(act, 2)


def _midnight(act: Act, ahead: int) -> int:
    return (act.now // schedules.DAY + ahead) * schedules.DAY


def progress(act: Act, subject: str) -> None:
    """The next step of a payout, as a task: on its way to the bank, then there."""
    inside, doc = located(act, subject, "payout")
    if doc is None or doc.body["status"] not in ("pending", "in_transit"):
        return
    if doc.body["status"] == "in_transit" or doc.body["method"] == "instant":
        _arrive(inside, doc)
        return
    before = snapshot(doc)
    doc.body["status"] = "in_transit"
    inside.store.save(doc)
    emit(inside, "payout.updated", doc, before=before)
    inside.store.schedule(
        doc.body["arrival_date"],
        "payout",
        act.platform,
        subject,
    )


def _arrive(act: Act, doc: Document) -> None:
    bank = act.store.find(
        act.platform,
        doc.body["destination"],
        scope=act.scope,
    )
    hidden = bank.hidden if bank else {}
    if code := hidden.get("fails"):
        fail(act, doc, code)
        return
    code = hidden.get("fails_at_once")
    if code and doc.body["method"] == "instant":
        # This way alone does not work: the bank is good for standard payouts (DOC connect/testing).
        _send_back(act, doc, code)
        return
    traced = doc.body["type"] == "bank_account"
    trace = (
        {"status": "supported", "value": act.world.token(15)}
        if traced
        else {"status": "unsupported", "value": None}
    )
    doc.body.update(status="paid", trace_id=trace)
    act.store.save(doc)
    emit(act, "payout.paid", doc)


def fail(act: Act, doc: Document, code: str) -> None:
    """The bank sends the money back, even when it had been paid; the bank account is `errored` from
    then on.

    What was on its way back already (`reverse`) does not come a second time.
    """
    _send_back(act, doc, code)
    back = act.find("payout", doc.body["reversed_by"] or "")
    if back is not None and back.body["status"] not in ("failed", "canceled"):
        fail(act, back, code)
    bank = act.store.find(
        act.platform,
        doc.body["destination"],
        scope=act.scope,
    )
    if bank is not None and bank.body["status"] != "errored":
        banks.break_down(act, bank)


def _send_back(act: Act, doc: Document, code: str) -> None:
    return_money(act, doc, "payout_failure")
    doc.body.update(
        status="failed",
        failure_code=code,
        failure_message=MESSAGES[code],
    )
    act.store.save(doc)
    emit(act, "payout.failed", doc)


def return_money(act: Act, doc: Document, kind: str) -> None:
    body = doc.body
    # A reversal's money is still to come.
    comes_in = body["amount"] < 0
    moment = max(act.now, body["arrival_date"]) if comes_in else act.now
    fee = payout_fees.left(act, doc)
    txn = books.post(
        act,
        kind,
        doc.id,
        body["amount"],
        body["currency"],
        other=books.BANK,
        available_on=moment,
        fee=payout_fees.detail(act, -fee, body["currency"]),
        description=f"STRIPE PAYOUT {'FAILURE' if kind == 'payout_failure' else 'CANCELED'}",
    )
    payout_fees.give_back(act, doc, fee)
    body["failure_balance_transaction"] = txn.id
    body["trace_id"] = {"status": "unsupported", "value": None}
