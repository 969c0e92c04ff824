"""Payouts: an account's money on its way to a bank, by hand or on the account's payday
(stripe-facts 14).

A standard payout is `pending` until the next midnight, `in_transit` until the one after, then
`paid` or `failed` as its destination will have it; an instant one arrives within a minute and may
cost the account a fee, which goes to the platform.
"""

from __future__ import annotations

from shared.sandbox import books, errors, money, schedules
from shared.sandbox.events import emit
from shared.sandbox.objects import given, page
from shared.sandbox.resources import banks, payout_fees
from shared.sandbox.resources.subjects import located, subject_of
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge_metadata, snapshot

_INSTANTLY = 30  # seconds that an instant payout takes
_WHOLE_UNITS = money.WHOLE_UNITS | {
    "huf",
    "twd",
}  # paid out without decimals, however they are charged (stripe-facts 6.4)
_COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
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


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A payout by hand, out of available money."""
    currency, amount = money.check_currency(params["currency"]), params["amount"]
    money.positive(amount, "amount")
    if amount != whole(amount, currency):
        message = (
            f"Payouts in {currency} must be in whole units: the last two digits of the amount "
            "must be 00."
        )
        raise errors.ApiError(400, message, code="parameter_invalid_integer", param="amount")
    if len(params.get("statement_descriptor") or "") > 22:
        message = "The statement descriptor must be at most 22 characters."
        raise errors.ApiError(400, message, param="statement_descriptor")
    if params.get("payout_method"):  # a v2 FinancialAccount, of which there are none here
        raise errors.no_such_reference(
            "financial_account", params["payout_method"], "payout_method"
        )
    if not enabled(act):
        message = (
            "Payouts have been disabled on the connected account. Check the connected account's "
            "status to see if any additional information needs to be provided, or if payouts have "
            "been disabled for another reason."
        )
        raise errors.ApiError(400, message, code="payouts_not_allowed")
    bank = _destination(act, currency, params.get("destination"))
    if params.get("method") == "instant" and "instant" not in bank.body["available_payout_methods"]:
        message = f"The external account {bank.id} is not eligible for instant payouts."
        raise errors.ApiError(400, message, code="instant_payouts_unsupported", param="method")
    fee = payout_fees.due(act, amount, currency, params)
    _check_funds(act, amount + fee, currency, params.get("source_type", "card"))
    return make(act, bank, amount, currency, params, fee=fee).body


def enabled(act: Act) -> bool:
    """Whether money may leave the account; the platform's own always may."""
    account = act.store.find(
        act.platform,
        act.scope,
        scope=act.home,
        object="account",
    )
    return act.scope == act.home or bool(account and account.body["payouts_enabled"])


def whole(amount: int, currency: str) -> int:
    """The part of an amount that can be paid out in this currency."""
    return amount // 100 * 100 if currency in _WHOLE_UNITS else amount


def _destination(act: Act, currency: str, given: str | None) -> Document:
    bank = (
        next(
            (doc for doc in banks.all_of(act) if doc.id == given),
            None,
        )
        if given
        else banks.default_for(act, currency)
    )
    if bank is None and act.scope == act.home and given is None:
        bank = banks.own_bank(act, currency)
    if bank is None and given:
        raise errors.no_such_reference("external account", given, "destination")
    if bank is None or bank.body["currency"] != currency:
        raise errors.ApiError(
            400, f"Sorry, you don't have any external accounts in that currency ({currency})."
        )
    return bank


def _check_funds(
    act: Act,
    amount: int,
    currency: str,
    source: str,
) -> None:
    """Only available money can leave (stripe-facts 3); all money here comes from cards."""
    available, _ = books.held(act, currency) if source == "card" else (0, 0)
    if amount <= available:
        return
    message = (
        f"You have insufficient funds in your Stripe account for this transfer. Your {source} "
        "balance is too low. You can "
        "use the /v1/balance endpoint to view your Stripe balance (for more details, see "
        "stripe.com/docs/api#balance)."
    )
    raise errors.ApiError(400, message, code="balance_insufficient")


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
    id, instant = act.world.id("po"), given.get("method") == "instant"
    arrives = act.now + _INSTANTLY if instant else _midnight(act, 2)
    txn = books.post(
        act,
        "payout",
        id,
        -amount,
        currency,
        other=books.BANK,
        available_on=act.now if amount > 0 else arrives,
        fee=payout_fees.detail(act, fee, currency),
        description="STRIPE PAYOUT",
    )
    collected = payout_fees.collect(act, id, fee, currency) if fee else None
    descriptor = schedules.settings(act).body["payments"]["payouts"]["statement_descriptor"]
    doc = act.add(
        {
            "id": id,
            "object": "payout",
            "amount": amount,
            "application_fee": collected,
            "application_fee_amount": fee or None,
            "arrival_date": arrives,
            "automatic": automatic,
            "balance_transaction": txn.id,
            "created": act.now,
            "currency": currency,
            "description": "STRIPE PAYOUT" if automatic else given.get("description") or None,
            "destination": bank.id,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": merge_metadata({}, given.get("metadata") or {}),
            "method": given.get("method", "standard"),
            "original_payout": original,
            "payout_method": None,
            "reconciliation_status": "in_progress" if automatic else "not_applicable",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": given.get("statement_descriptor") or descriptor,
            "status": "pending",
            "trace_id": {"status": "pending", "value": None},
            "type": bank.body["object"],
        }
    )
    emit(act, "payout.created", doc)
    act.store.schedule(
        arrives if instant else _midnight(act, 1), "payout", act.platform, subject_of(act, id)
    )
    return doc


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
    if doc.body["method"] == "instant" and (code := hidden.get("fails_at_once")):
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
    _undo(act, doc, "payout_failure")
    doc.body.update(
        status="failed",
        failure_code=code,
        failure_message=MESSAGES[code],
    )
    act.store.save(doc)
    emit(act, "payout.failed", doc)


def _undo(act: Act, doc: Document, kind: str) -> None:
    body = doc.body
    moment = (
        act.now if body["amount"] > 0 else max(act.now, body["arrival_date"])
    )  # a reversal's money is still to come
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


def cancel(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Call a payout back while it is pending; automatic ones cannot be."""
    doc = act.get("payout", ids["payout"], param="payout")
    if doc.body["automatic"]:
        raise errors.ApiError(400, "You can't cancel automatic Stripe payouts.")
    if doc.body["status"] != "pending":
        raise errors.ApiError(400, "Payouts can only be canceled while they are pending.")
    _undo(act, doc, "payout_cancel")
    doc.body["status"] = "canceled"
    act.store.save(doc)
    emit(act, "payout.canceled", doc)
    return doc.body


def reverse(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Take a payout back from a bank in the United States or Canada; the answer is the payout that
    does it.
    """
    doc = act.get("payout", ids["payout"], param="payout")
    body = doc.body
    bank = act.store.find(
        act.platform,
        body["destination"],
        scope=act.scope,
    )
    if (
        act.scope == act.home
        or bank is None
        or bank.body["object"] == "card"
        or bank.body["country"] not in ("US", "CA")
    ):
        raise errors.ApiError(
            400,
            "Only payouts of connected accounts to US and Canadian bank accounts can be reversed.",
        )
    if body["status"] == "pending" and not body["automatic"]:
        raise errors.ApiError(
            400, f"Payout {doc.id} is still pending. Use /v1/payouts/{doc.id}/cancel instead."
        )
    if body["status"] in ("failed", "canceled") or body["reversed_by"] or body["original_payout"]:
        raise errors.ApiError(400, f"Payout {doc.id} cannot be reversed.")
    back = make(
        act,
        bank,
        -body["amount"],
        body["currency"],
        params,
        original=doc.id,
    )
    before = snapshot(doc)
    body["reversed_by"] = back.id
    act.store.save(doc)
    emit(act, "payout.updated", doc, before=before)
    return back.body


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One payout."""
    return act.get("payout", ids["payout"], param="payout").body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Annotate a payout."""
    doc = act.get("payout", ids["payout"], param="payout")
    before = snapshot(doc)
    annotate(doc.body, params)
    act.store.save(doc)
    emit(act, "payout.updated", doc, before=before)
    return doc.body


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Payouts, newest first."""
    facets = given(params, "destination", "status")
    arrival = params.get("arrival_date", {})
    bounds = (
        [("=", arrival)]
        if isinstance(arrival, int)
        else [(_COMPARISONS[n], at) for n, at in arrival.items()]
    )
    conditions = [(f"json_extract(body, '$.arrival_date') {sign} ?", [at]) for sign, at in bounds]
    return page(act, "payout", "/v1/payouts", params, facets=facets, conditions=conditions)
