"""Repairs of the ledger and of sums that are kept beside rows. All in one transaction each; Stripe is not asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shared.finance.disputes.money import held_of
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account, Entry
from shared.finance.ledger.models import LedgerEntry, LedgerPosting
from shared.finance.payouts import stripe_reserves
from shared.finance.payouts.fees import Fees
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import PayoutState
from shared.finance.reconciliation import ours
from shared.finance.reconciliation.bearing import borne
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.recovery.jobs import settle
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind, MovementState, signed
from shared.finance.refunds import follow
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import COUNTING, UNDONE, RefundState
from shared.infra import unit
from shared.infra.jobs import Context
from shared.trade.orders import settle as orders
from shared.trade.orders.models import Order

Arguments = Mapping[str, Any]


async def recount_claim(_context: Context, given: Arguments) -> str:
    """A claim is what its refund or dispute says, what it has taken what its finished movements come to; then it is settled again."""
    async with unit.transaction() as tx:
        claim = await tx.lock(Claim, missing=CannotRepair, id=int(given["claim_id"]))
        rows = await Movement.filter(claim_id=claim.id, status=MovementState.DONE)
        taken = sum(signed(MovementKind(row.kind), row.amount) for row in rows)
        amount = (await borne([claim.subject])).get(claim.subject, claim.amount)
        await tx.change(claim, amount=amount, taken=taken)
        settle(tx, subject=claim.subject)
    return "Counted again."


async def recount_refunded(_context: Context, given: Arguments) -> str:
    """What an order says was refunded, and what banks hold or took of it, is what its refunds and disputes come to."""
    async with unit.transaction() as tx:
        order = await tx.lock(Order, missing=CannotRepair, id=int(given["order_id"]))
        refunds = await Refund.filter(order_id=order.id)
        total = sum(refund.amount for refund in refunds if refund.status in COUNTING)
        held = await held_of(order)
        if total > order.total_amount_cents:
            raise CannotRepair("The refunds come to more than the order. A person must look at each.")
        arrived = [refund.amount for refund in refunds if refund.status == RefundState.SUCCEEDED]
        await tx.change(order, refunded_amount=total, returned_amount=sum(arrived))
        await orders.follow_disputes(tx, order, disputed=held.disputed, lost=held.lost)
    return "Counted again."


async def post_movement(_context: Context, given: Arguments) -> str:
    """Post a movement that Stripe made and that the ledger lost."""
    async with unit.transaction() as tx:
        row = await Movement.get_or_none(id=int(given["movement_id"]), status=MovementState.DONE).select_related(
            "claim"
        )
        if row is None:
            raise CannotRepair
        claim, amount = row.claim, signed(MovementKind(row.kind), row.amount)
        fact = postings.Moved(row.id, claim.order_id, claim.vendor_id, claim.currency, amount, str(row.stripe_id))
        await ledger.post(tx, postings.moved(fact))
    return "Posted."


async def post_refunds(_context: Context, given: Arguments) -> str:
    """Post refunds that Stripe took on and the ledger lost."""
    for refund_id in given["refund_ids"]:
        refund = await Refund.get_or_none(id=int(refund_id), stripe_refund_id__not_isnull=True)
        if refund is None:
            raise CannotRepair
        await post_refund(refund)
    return "Posted."


async def post_refund(refund: Refund) -> None:
    """Post what a refund in its state must have posted, where it is not there."""
    fact = follow.fact_of
    async with unit.transaction() as tx:
        await ledger.post(tx, postings.refund(fact(refund, str(refund.stripe_refund_id))))
        if refund.stripe_balance_transaction_id:
            await ledger.post(tx, postings.refund_paid(fact(refund, refund.stripe_balance_transaction_id)))
        if refund.stripe_failure_transaction_id:
            await ledger.post(tx, postings.refund_returned(fact(refund, refund.stripe_failure_transaction_id)))
        if refund.status in UNDONE:
            await ledger.post(tx, postings.refund_undone(fact(refund, str(refund.stripe_refund_id))))


async def post_reserve(_context: Context, given: Arguments) -> str:
    """Post what Stripe put in its own reserve, or let go, and the ledger does not have."""
    for stripe_id, vendor_id, amount, currency in given["transactions"]:
        await stripe_reserves.post(postings.StripeReserve(vendor_id, str(currency), int(amount), str(stripe_id)))
    return "Posted."


async def post_payout(row: Payout, cost: Fees) -> None:
    """Post what a payout in its state must have posted, where it is not there; `cost` as Stripe just told it."""
    if row.stripe_payout_id is None:
        return
    fact = postings.PaidOut(row.id, row.vendor_id, row.currency, row.amount, row.stripe_payout_id, row.fee, cost.earned)
    async with unit.transaction() as tx:
        await ledger.post(tx, postings.payout_sent(fact))
        if row.paid_at is not None:
            await ledger.post(tx, postings.payout_arrived(fact))
        if row.status in (PayoutState.FAILED, PayoutState.CANCELED):
            if row.paid_at is not None:
                await ledger.post(tx, postings.payout_reopened(fact))
            await ledger.post(tx, postings.payout_returned(replace(fact, fee=cost.back, earned=cost.given_back)))


async def reverse_posting(_context: Context, given: Arguments) -> str:
    """Post the opposite of postings whose row is not there."""
    async with unit.transaction() as tx:
        for key in given["keys"]:
            await tx.flush()
            posting = await LedgerPosting.get_or_none(key=str(key))
            if posting is None or not await ours.is_orphan(posting):
                raise CannotRepair
            entries = [
                Entry(Account(e.account), int(e.amount), e.currency, e.stripe_id, e.vendor_id)
                for e in await LedgerEntry.filter(posting_id=posting.id).order_by("id")
            ]
            await ledger.post(tx, postings.opposite(posting.key, posting.subject, entries))
    return "Reversed."


async def close_posting(_context: Context, given: Arguments) -> str:
    """A posting that was left open is closed; the database refuses it unless it comes to nought."""
    async with unit.transaction():
        await LedgerPosting.filter(key=str(given["key"]), is_closed=False).update(is_closed=True)
    return "Closed."
