"""The money of a charge: balance transactions, transfer, application fee (stripe-facts 11).

A destination charge of 1000 usd with a fee of 123: the platform gets charge +1000 -59, transfer
-1000, application_fee +123; the connected account gets payment +1000 of which 123 is the fee. A
direct charge (`Stripe-Account`) is the connected account's own: it pays the application fee, and
Stripe's fee too unless its `controller.fees.payer` is `application`.
"""

from __future__ import annotations

from shared.sandbox import books, money, schedules
from shared.sandbox.events import emit
from shared.sandbox.resources import (
    application_fee_collection,
    card_effects,
    destination_payments,
)
from shared.sandbox.resources.subjects import located
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot


def settle(act: Act, subject: str) -> None:
    """What follows an asynchronous capture, as a task."""
    inside, charge = located(act, subject, "charge")
    if charge is not None:
        settle_now(inside, charge)


def settle_now(act: Act, charge: Document) -> None:
    """The money of a captured charge moves, then `charge.updated` carries the three ids
    (stripe-facts 8); once is enough.
    """
    if charge.body["balance_transaction"] or not charge.body["captured"]:
        return
    before = snapshot(charge)
    move_money(act, charge)
    emit(act, "charge.updated", charge, before=before)


def move_money(act: Act, charge: Document) -> None:
    """Book the charge, and pass it on where it has a destination."""
    available_on = (
        act.now if charge.hidden.get("bypass_pending") else schedules.settles_on(act)
    )
    if act.scope == act.home:
        _book(act, charge, [_stripe_fee(charge)], available_on)
        if charge.body["transfer_data"]:
            _pass_on(act, charge, available_on)
    else:
        _book_direct(act, charge, available_on)
    act.store.save(charge)
    card_effects.follow(act, charge)


def _book(
    act: Act,
    charge: Document,
    fees: list[Json],
    available_on: int,
) -> None:
    body = charge.body
    txn = books.post(
        act,
        "charge",
        charge.id,
        body["amount_captured"],
        body["currency"],
        other=books.NETWORK,
        fee=fees,
        available_on=available_on,
        description=body["description"],
    )
    body["balance_transaction"] = txn.id


def _stripe_fee(charge: Document) -> Json:
    amount, currency = charge.body["amount_captured"], charge.body["currency"]
    return {
        "amount": money.stripe_fee(amount, currency),
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }


def _book_direct(act: Act, charge: Document, available_on: int) -> None:
    """A charge on a connected account: what the platform and Stripe take is told apart in its
    `fee_details`.
    """
    body, home = charge.body, act.within(act.home)
    fees, collected = [_stripe_fee(charge)], None
    if platform_pays(act):
        fee = fees.pop()
        books.post(
            home,
            "stripe_fee",
            charge.id,
            -fee["amount"],
            body["currency"],
            other=books.STRIPE,
            available_on=available_on,
            description=f"{fee['description']} ({act.scope})",
        )
    if body["application_fee_amount"]:
        amount = min(body["application_fee_amount"], body["amount_captured"])
        collected = application_fee_collection.collect_fee(
            home, charge, amount, available_on
        )
        fees.insert(
            0, application_fee_collection.fee_detail(act, amount, body["currency"])
        )
    _book(act, charge, fees, available_on)
    if collected:
        emit(home, "application_fee.created", collected)


def platform_pays(act: Act) -> bool:
    """Whether the platform bears Stripe's fees on this connected account's own charges
    (`controller.fees.payer`).

    Accounts of the old express and custom types bear them themselves, as standard ones do.
    """
    account = act.store.find(
        act.platform,
        act.scope,
        scope=act.home,
        object="account",
    )
    return (
        account is not None
        and account.body["controller"]["fees"]["payer"] == "application"
    )


def _pass_on(act: Act, charge: Document, available_on: int) -> None:
    body = charge.body
    given = charge.hidden.get("transfer_data") or body["transfer_data"]
    captured = body["amount_captured"]
    amount = min(body["transfer_data"]["amount"] or captured, captured)
    transfer, payment = destination_payments.transfer(
        act,
        amount,
        body["currency"],
        body["transfer_data"]["destination"],
        available_on=available_on,
        source=charge.id,
        labels=destination_payments.labels_of(body, given),
    )
    body["transfer"] = transfer.id
    emit(act, "transfer.created", transfer)
    if body["application_fee_amount"]:
        fee = min(body["application_fee_amount"], captured)  # capped (stripe-facts 6.6)
        collected = application_fee_collection.collect_fee(
            act, payment, fee, available_on, source=charge.id
        )
        body["application_fee"] = collected.id
        emit(act, "application_fee.created", collected)
    destination_payments.book_payment(act, payment, available_on)
