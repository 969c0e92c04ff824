"""The money of a charge: balance transactions, transfer, application fee (stripe.md section 11).

A destination charge of 1000 usd with a fee of 123: the platform gets charge +1000 -59, transfer -1000, application_fee +123;
the connected account gets payment +1000 of which 123 is the fee.
"""

from __future__ import annotations

from shared.sandbox import books, money
from shared.sandbox.events import emit
from shared.sandbox.store import Document
from shared.sandbox.world import Act, application_of, snapshot


def settle(act: Act, id: str) -> None:
    """What follows an asynchronous capture: the money moves, then `charge.updated` carries the three ids (section 8)."""
    charge = act.find("charge", id)
    if charge is None or charge.body["balance_transaction"]:
        return
    before = snapshot(charge)
    move_money(act, charge)
    emit(act, "charge.updated", charge, before=before)


def move_money(act: Act, charge: Document) -> None:
    """Book the charge, and pass it on where it has a destination."""
    body = charge.body
    amount, currency = body["amount_captured"], body["currency"]
    available_on = act.now if charge.hidden.get("bypass_pending") else books.settles_on(act)
    fee = {
        "amount": money.stripe_fee(amount, currency), "application": None, "currency": currency,
        "description": "Stripe processing fees", "type": "stripe_fee",
    }  # fmt: skip
    txn = books.post(
        act,
        "charge",
        charge.id,
        amount,
        currency,
        other=books.NETWORK,
        fee=fee,
        available_on=available_on,
        description=body["description"],
    )
    body["balance_transaction"] = txn.id
    if body["transfer_data"]:
        transfer, payment = _transfer(act, charge, available_on)
        body["transfer"] = transfer.id
        emit(act, "transfer.created", transfer)
        if body["application_fee_amount"] and act.scope == act.home:
            collected = _collect_fee(act, charge, payment, available_on)
            body["application_fee"] = collected.id
            emit(act, "application_fee.created", collected)
        _book_payment(act, payment, available_on)
    act.store.save(charge)


def _transfer(act: Act, charge: Document, available_on: int) -> tuple[Document, Document]:
    body = charge.body
    destination = body["transfer_data"]["destination"]
    amount = body["transfer_data"].get("amount") or body["amount_captured"]
    id = act.world.id("tr")
    txn = books.post(act, "transfer", id, -amount, body["currency"], other=books.WITHIN, available_on=available_on)
    payment = _payment(act.within(destination), charge, amount, id)
    transfer = act.add({
        "id": id, "object": "transfer", "amount": amount, "amount_reversed": 0, "balance_transaction": txn.id,
        "created": act.now, "currency": body["currency"], "description": None, "destination": destination,
        "destination_payment": payment.id, "livemode": False, "metadata": {},
        "reversals": {"object": "list", "data": [], "has_more": False, "url": f"/v1/transfers/{id}/reversals"},
        "reversed": False, "source_transaction": charge.id, "source_type": "card",
        "transfer_group": body["transfer_group"],
    })  # fmt: skip
    return transfer, payment


def _payment(act: Act, charge: Document, amount: int, transfer: str) -> Document:
    """The charge as the connected account sees it: `py_…`, without the shopper's data."""
    blank = {key: None for key in charge.body if key not in ("transfer", "transfer_data")}
    return act.add({
        **blank, "id": act.world.id("py"), "object": "charge", "amount": amount, "amount_captured": amount,
        "amount_refunded": 0, "billing_details": {
            "address": {"city": None, "country": None, "line1": None, "line2": None, "postal_code": None, "state": None},
            "email": None, "name": None, "phone": None, "tax_id": None,
        },
        "captured": True, "created": act.now, "currency": charge.body["currency"], "disputed": False, "fraud_details": {},
        "livemode": False, "metadata": {}, "paid": True, "refunded": False, "source_transfer": transfer,
        "payment_method_details": {"stripe_account": {}, "type": "stripe_account"}, "radar_options": {},
        "status": "succeeded", "transfer_data": None, "transfer_group": charge.body["transfer_group"],
    })  # fmt: skip


def _collect_fee(act: Act, charge: Document, payment: Document, available_on: int) -> Document:
    body, id = charge.body, act.world.id("fee")
    amount = min(body["application_fee_amount"], body["amount_captured"])  # capped (stripe.md section 6)
    txn = books.post(
        act, "application_fee", id, amount, body["currency"], other=books.WITHIN, available_on=available_on
    )
    payment.body.update(application_fee=id, application_fee_amount=amount, application=application_of(act.platform))
    return act.add({
        "id": id, "object": "application_fee", "account": body["transfer_data"]["destination"], "amount": amount,
        "amount_refunded": 0, "application": application_of(act.platform), "balance_transaction": txn.id,
        "charge": payment.id, "created": act.now, "currency": body["currency"],
        "fee_source": {"charge": payment.id, "type": "charge"}, "livemode": False,
        "originating_transaction": charge.id, "refunded": False,
        "refunds": {"object": "list", "data": [], "has_more": False, "url": f"/v1/application_fees/{id}/refunds"},
    })  # fmt: skip


def _book_payment(act: Act, payment: Document, available_on: int) -> None:
    body = payment.body
    fee = None
    if body["application_fee_amount"]:
        fee = {
            "amount": body["application_fee_amount"], "application": body["application"], "currency": body["currency"],
            "description": "Marketplace application fee", "type": "application_fee",
        }  # fmt: skip
    inside = act.within(payment.scope)
    txn = books.post(
        inside,
        "payment",
        payment.id,
        body["amount"],
        body["currency"],
        other=books.WITHIN,
        fee=fee,
        available_on=available_on,
    )
    body["balance_transaction"] = txn.id
    act.store.save(payment)
