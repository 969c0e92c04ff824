"""The platform's fee on an instant payout of a connected account: collected with the payout, given
back with it (stripe-facts 14).
"""

from __future__ import annotations

from shared.sandbox import books, pricing
from shared.sandbox.events import emit
from shared.sandbox.resources import application_fee_collection, fee_refunds
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act


def due(
    act: Act,
    amount: int,
    currency: str,
    given: Json,
) -> int:
    """What a payout that is asked for costs the account; only instant ones cost anything, and never
    the platform itself.
    """
    if given.get("method") != "instant" or act.scope == act.home:
        return 0
    return pricing.of_platform(act).fee_of(
        amount,
        books.held(act, currency)[0],
    )


def collect(
    act: Act,
    payout: str,
    amount: int,
    currency: str,
) -> str:
    """The fee as the platform gets it; the other side is the entry in the `fee_details` of the
    payout's row.
    """
    home = act.within(act.home)
    fee = application_fee_collection.new_fee(home, act.scope, amount, currency)
    fee["charge"] = payout
    fee["fee_source"] = {"charge": None, "payout": payout, "type": "payout"}
    doc = application_fee_collection.book(home, fee, act.now)
    emit(home, "application_fee.created", doc)
    return doc.id


def detail(act: Act, amount: int, currency: str) -> Json | None:
    """The fee as an entry of `fee_details`; None where there is none."""
    return (
        application_fee_collection.fee_detail(act, amount, currency) if amount else None
    )


def left(act: Act, payout: Document) -> int:
    """What comes back of the fee when the payout does: what was not given back before, or nothing
    where that is the pricing.
    """
    fee = _fee_of(act, payout)
    if fee is None or not pricing.of_platform(act).comes_back:
        return 0
    return int(fee.body["amount"] - fee.body["amount_refunded"])


def give_back(act: Act, payout: Document, amount: int) -> None:
    """Book the platform's side of it."""
    fee = _fee_of(act, payout)
    if fee is None or not amount:
        return
    home = act.within(act.home)
    fee_refunds.give_back(home, fee, amount, alone=False)
    emit(home, "application_fee.refunded", fee)


def _fee_of(act: Act, payout: Document) -> Document | None:
    return act.within(act.home).find(
        "application_fee", payout.body["application_fee"] or ""
    )
