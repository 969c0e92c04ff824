"""Payouts: an account's money on its way to a bank, by hand or on the account's payday
(stripe-facts 14).

A standard payout is `pending` until the next midnight, `in_transit` until the one after, then
`paid` or `failed` as its destination will have it; an instant one arrives within a minute and may
cost the account a fee, which goes to the platform.
"""

from __future__ import annotations

from shared.sandbox import books, currencies, errors, money
from shared.sandbox.events import annotated, emit
from shared.sandbox.objects import given, page
from shared.sandbox.resources import banks, payout_fees, payout_lifecycle
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot

# Paid out without decimals, however they are charged (stripe-facts 6.4).
_WHOLE_UNITS = currencies.WHOLE_UNITS | {
    "huf",
    "twd",
}
_COMPARISONS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A payout by hand, out of available money."""
    currency, amount = money.check_currency(params["currency"]), params["amount"]
    _check_amount(amount, currency)
    if len(params.get("statement_descriptor") or "") > 22:
        message = "The statement descriptor must be at most 22 characters."
        raise errors.ApiError(400, message, param="statement_descriptor")
    # a v2 FinancialAccount, of which there are none here
    if method := params.get("payout_method"):
        raise errors.no_such_reference("financial_account", method, "payout_method")
    _check_enabled(act)
    bank = _destination(act, currency, params.get("destination"))
    _check_speed(bank, params.get("method"))
    fee = payout_fees.due(act, amount, currency, params)
    _check_funds(act, amount + fee, currency, params.get("source_type", "card"))
    made = payout_lifecycle.make(act, bank, amount, currency, params, fee=fee)
    return made.body


def _check_amount(amount: int, currency: str) -> None:
    money.positive(amount, "amount")
    if amount != whole(amount, currency):
        message = (
            f"Payouts in {currency} must be in whole units: the last two digits of the amount "
            "must be 00."
        )
        raise errors.ApiError(
            400, message, code="parameter_invalid_integer", param="amount"
        )


def _check_enabled(act: Act) -> None:
    if not enabled(act):
        message = (
            "Payouts have been disabled on the connected account. Check the connected account's "
            "status to see if any additional information needs to be provided, or if payouts have "
            "been disabled for another reason."
        )
        raise errors.ApiError(400, message, code="payouts_not_allowed")


def _check_speed(bank: Document, method: str | None) -> None:
    possible = bank.body["available_payout_methods"]
    if method == "instant" and "instant" not in possible:
        message = f"The external account {bank.id} is not eligible for instant payouts."
        raise errors.ApiError(
            400, message, code="instant_payouts_unsupported", param="method"
        )


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
            400,
            f"Sorry, you don't have any external accounts in that currency ({currency}).",
        )
    return bank


def _check_funds(
    act: Act,
    amount: int,
    currency: str,
    source: str,
) -> None:
    """Only available money can leave (stripe-facts 3); all money here comes from cards."""
    available = books.held(act, currency)[0] if source == "card" else 0
    if amount <= available:
        return
    message = (
        f"You have insufficient funds in your Stripe account for this transfer. Your {source} "
        "balance is too low. You can "
        "use the /v1/balance endpoint to view your Stripe balance (for more details, see "
        "stripe.com/docs/api#balance)."
    )
    raise errors.ApiError(400, message, code="balance_insufficient")


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
        raise errors.ApiError(
            400, "Payouts can only be canceled while they are pending."
        )
    payout_lifecycle.return_money(act, doc, "payout_cancel")
    doc.body["status"] = "canceled"
    act.store.save(doc)
    emit(act, "payout.canceled", doc)
    return doc.body


def _takes_debits(bank: Document) -> bool:
    """Whether money can be taken back from there: bank accounts of two countries alone."""
    body = bank.body
    return body["object"] != "card" and body["country"] in ("US", "CA")


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
    bank = _reversible(act, doc)
    back = payout_lifecycle.make(
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


def _reversible(act: Act, doc: Document) -> Document:
    """The bank that a payout can be taken back from; 400 where it cannot be."""
    body = doc.body
    bank = act.store.find(act.platform, body["destination"], scope=act.scope)
    if act.scope == act.home or bank is None or not _takes_debits(bank):
        message = (
            "Only payouts of connected accounts to US and Canadian bank accounts "
            "can be reversed."
        )
        raise errors.ApiError(400, message)
    if body["status"] == "pending" and not body["automatic"]:
        raise errors.ApiError(
            400,
            f"Payout {doc.id} is still pending. Use /v1/payouts/{doc.id}/cancel instead.",
        )
    ended = body["status"] in ("failed", "canceled")
    if ended or body["reversed_by"] or body["original_payout"]:
        raise errors.ApiError(400, f"Payout {doc.id} cannot be reversed.")
    return bank


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
    return annotated(act, doc, params, "payout.updated")


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Payouts, newest first."""
    facets = given(params, "destination", "status")
    arrival = params.get("arrival_date", {})
    if isinstance(arrival, int):
        arrival = {"eq": arrival}
    field = "json_extract(body, '$.arrival_date')"
    conditions = [
        (f"{field} {_COMPARISONS[name]} ?", [moment])
        for name, moment in arrival.items()
    ]
    return page(
        act, "payout", "/v1/payouts", params, facets=facets, conditions=conditions
    )
