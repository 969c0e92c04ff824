"""What banks and card networks say about payments in the marketplace of tests.support.machine, and
what vendors answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.finance.disputes import responses, shared_answers
from shared.finance.disputes.models import Dispute
from shared.finance.payments.models import Payment
from shared.sandbox.resources import (
    appeals,
    dispute_funds,
    dispute_lifecycle,
    dispute_terms,
)

if TYPE_CHECKING:
    from shared.sandbox.store import Document
    from tests.support.machine import Market


def open_disputes(market: Market) -> list[Document]:
    """Those at Stripe that are not decided."""
    act = market.act()
    found = act.store.select("platform = ? AND object = 'dispute'", [act.platform])
    return [doc for doc in found if doc.body["status"] not in dispute_terms.CLOSED]


# What becomes of a complaint: most often a dispute.
CASES = (
    "chargeback",
    "chargeback",
    "chargeback",
    "inquiry",
    "inquiry",
    "block",
    "resolution",
)


# How much of the charge it is about: all that is left of it, a part, all of it once more, or more
# than it.
DISPUTED = (None, None, 0.3, 1.0, 1.1)


async def bank_disputes(
    market: Market, sale: int, *, case: str, share: float | None = None
) -> None:
    """The shopper's bank wants some of a charge, asks about it, or has it settled before that."""
    payment = await Payment.filter(order_id=sale).order_by("id").first()
    if payment is None or payment.stripe_charge_id is None:
        return
    market.stand.complain(payment.stripe_charge_id, case, share)


def bank_decides(
    market: Market,
    which: int,
    *,
    won: bool,
    share: float = 0.0,
) -> None:
    """One of the open disputes ends; of a loss, a share may come back."""
    act, found = market.act(), open_disputes(market)
    doc = found[which % len(found)]
    with act.store.transaction():
        back = 0 if won else int(dispute_funds.taken(doc) * share)
        dispute_lifecycle.end(act, doc, won=won, returned=back)


def lost_disputes(market: Market) -> list[Document]:
    """Those at Stripe whose decision can be appealed."""
    act = market.act()
    found = act.store.select("platform = ? AND object = 'dispute'", [act.platform])
    return [doc for doc in found if appeals.may_be_offered(doc)]


async def offer_appeal(market: Market, which: int) -> None:
    """The card network would hear an appeal."""
    act, found = market.act(), lost_disputes(market)
    with act.store.transaction():
        appeals.offer(act, found[which % len(found)])


async def answer(market: Market, which: int, words: str, *, accept: bool) -> None:
    """The vendor hands evidence in, or gives the dispute up."""
    rows = await Dispute.all().order_by("id")
    if not rows:
        return
    row, gateway = rows[which % len(rows)], market.gateway
    mine: dict[str, Any] = {
        "vendor_id": row.vendor_id,
        "dispute_id": row.id,
        "actor": "member:1",
    }
    if accept:
        await responses.accept(gateway, **mine)
        return
    version = await responses.save_draft(texts={"uncategorized_text": words}, **mine)
    if row.is_share:
        await shared_answers.give_part(version=version, **mine)
    else:
        await responses.submit(gateway, version=version, **mine)


async def answer_for_all(market: Market, which: int, *, accept: bool) -> None:
    """The operator hands in what the vendors of a shared dispute wrote, or gives it up for all."""
    rows = [row for row in await Dispute.all().order_by("id") if row.is_share]
    if not rows:
        return
    one = rows[which % len(rows)]
    if accept:
        await shared_answers.give_up(
            market.gateway, dispute_id=one.id, actor="member:9"
        )
        return
    parts = [row for row in rows if row.stripe_dispute_id == one.stripe_dispute_id]
    await shared_answers.hand_in(
        market.gateway,
        dispute_id=one.id,
        version=shared_answers.version_of(parts),
        actor="member:9",
    )
