"""The named repairs: each calls what its domain does anyway, looks again before it acts, and may be done twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from shared.core import clock
from shared.core.errors import MarketError, TryLater
from shared.finance.connect import service as connect
from shared.finance.inbox import backfill, dispatch
from shared.finance.inbox.rules import EventStatus
from shared.finance.payments import service as payments
from shared.finance.payments import settle
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES
from shared.finance.reconciliation import repairs_books as books
from shared.finance.reconciliation import repairs_things as things
from shared.finance.reconciliation import suspense
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.facts import Repair
from shared.finance.reconciliation.models import Difference
from shared.finance.recovery import service as clawback
from shared.infra import unit
from shared.infra.jobs import Context
from shared.trade.orders import settle as orders
from shared.trade.orders.models import Checkout, Order

Arguments = Mapping[str, Any]
Work = Callable[[Context, Arguments], Awaitable[str]]


async def apply(context: Context, difference_id: int, *, actor: str) -> str:
    """Repair one difference and note what came of it; a sentence. Raises CannotRepair, or what Stripe or the domain said."""
    row = await Difference.get(id=difference_id)
    if row.status == "repaired":
        return row.outcome
    try:
        work = WORK.get(Repair(row.repair))
        if work is None:
            raise CannotRepair
        outcome = await work(context, row.arguments)
    except MarketError as error:
        await _note(row, "open" if isinstance(error, TryLater) else "failed", error.message, actor)
        raise
    await _note(row, "repaired", outcome, actor)
    return outcome


async def _note(row: Difference, status: str, outcome: str, actor: str) -> None:
    async with unit.transaction() as tx:
        now = await tx.lock(Difference, id=row.id)
        if now.status != "repaired":
            await tx.move(
                now,
                to=status,
                outcome=outcome[:300],
                repaired_at=clock.now() if status == "repaired" else None,
                repaired_by=actor,
            )
        tx.record(
            f"difference.{status}",
            actor=actor,
            subject=f"difference:{row.id}",
            vendor_id=row.vendor_id,
            kind=row.kind,
            about=row.subject,
            repair=row.repair,
            outcome=outcome[:300],
        )


async def apply_all(context: Context, run_id: int, *, actor: str) -> tuple[int, int]:
    """Repair every difference of a run that can be, in order: (repaired, left). What cannot be stays with its reason."""
    done = left = 0
    for row in await Difference.filter(run_id=run_id).exclude(status="repaired").order_by("number"):
        if not row.repair:
            left += 1
            continue
        try:
            await apply(context, row.id, actor=actor)
            done += 1
        except MarketError:
            left += 1
    return done, left


def would(repair: str, arguments: Arguments) -> str:
    """What a repair would do, in a sentence; nothing is done."""
    if not repair:
        return "Nothing: a person must look at this in Stripe."
    return WOULD[Repair(repair)].format_map(_Known(arguments))


class _Known(dict[str, Any]):
    """What a sentence may name; what is not known is left out."""

    def __missing__(self, key: str) -> str:
        return "it"


async def _confirm_payment(context: Context, given: Arguments) -> str:
    intent = await context.gateway.payment_intents.get(str(given["intent_id"]))
    state = await settle.apply(int(given["payment_id"]), intent)
    if state in OPEN_STATES and intent.status == "succeeded":
        raise CannotRepair
    return f"Read again: the payment is {state.value}."


async def _mark_paid(_context: Context, given: Arguments) -> str:
    payment = await Payment.get(id=int(given["payment_id"])).select_related("order")
    async with unit.transaction() as tx:
        await tx.lock(Checkout, id=payment.order.checkout_id)
        order = await tx.lock(Order, id=payment.order_id)
        if not await orders.mark_paid(tx, order) and order.payment_status not in ("paid", "refunded"):
            raise CannotRepair
    return "The order is paid."


async def _post_sale(context: Context, given: Arguments) -> str:
    intent = await context.gateway.payment_intents.get(str(given["intent_id"]))
    posted = await settle.post_missing(int(given["payment_id"]), intent)
    return "Posted." if posted else "It was posted meanwhile."


async def _read_charge(context: Context, given: Arguments) -> str:
    if not await payments.record_charge(context.gateway, str(given["charge_id"])):
        raise CannotRepair
    return "The charge was read again."


async def _settle_claim(context: Context, given: Arguments) -> str:
    claim = await clawback.settle(context.gateway, str(given["subject"]))
    if claim.paid + claim.receivable + claim.written_off != claim.amount:
        raise CannotRepair
    return "The claim is at rest."


async def _sync_account(context: Context, given: Arguments) -> str:
    await connect.sync_account(context.gateway, vendor_id=int(given["vendor_id"]))
    return "The account was read again."


async def _backfill(context: Context, _given: Arguments) -> str:
    news = await backfill.backfill(context)
    return f"{news} events taken in." if news != 1 else "One event taken in."


async def _replay(context: Context, given: Arguments) -> str:
    done = await dispatch.replay(context, str(given["event_id"]))
    if done.status in (EventStatus.FAILED, EventStatus.PARKED):
        raise CannotRepair(f"It failed again: {done.outcome}"[:300])
    return f"Applied: {done.outcome}."


WORK: Mapping[Repair, Work] = {
    Repair.CONFIRM_PAYMENT: _confirm_payment,
    Repair.MARK_PAID: _mark_paid,
    Repair.POST_SALE: _post_sale,
    Repair.READ_CHARGE: _read_charge,
    Repair.FOLLOW_REFUND: things.follow_refund,
    Repair.FOLLOW_DISPUTE: things.follow_dispute,
    Repair.FOLLOW_PAYOUT: things.follow_payout,
    Repair.SETTLE_CLAIM: _settle_claim,
    Repair.RECOUNT_CLAIM: books.recount_claim,
    Repair.ADOPT_MOVEMENT: things.adopt_movement,
    Repair.BOOK_TAKEN: things.book_taken,
    Repair.POST_MOVEMENT: books.post_movement,
    Repair.POST_REFUNDS: books.post_refunds,
    Repair.POST_RESERVE: books.post_reserve,
    Repair.RECOUNT_REFUNDED: books.recount_refunded,
    Repair.SUSPEND: suspense.suspend,
    Repair.CLEAR_SUSPENSE: suspense.clear,
    Repair.REVERSE_POSTING: books.reverse_posting,
    Repair.CLOSE_POSTING: books.close_posting,
    Repair.SYNC_ACCOUNT: _sync_account,
    Repair.FOLLOW_METHODS: things.follow_methods,
    Repair.BACKFILL: _backfill,
    Repair.REPLAY: _replay,
}
WOULD: Mapping[Repair, str] = {
    Repair.CONFIRM_PAYMENT: "Read payment {intent_id} again from Stripe and let payment, order, stock and ledger follow.",
    Repair.MARK_PAID: "Mark the order as paid, take its stock and write its mails.",
    Repair.POST_SALE: "Post the sale of payment {payment_id} to the ledger, as it was frozen with the order.",
    Repair.READ_CHARGE: "Read charge {charge_id} again, note its fee, transfer and commission, and post the fee if it is missing.",
    Repair.FOLLOW_REFUND: "Read refund {stripe_id} again from Stripe and let our refund, the order, the vendor's claim and the ledger follow.",
    Repair.FOLLOW_DISPUTE: "Read dispute {stripe_id} again from Stripe and let our dispute, the vendor's claim and the ledger follow.",
    Repair.FOLLOW_PAYOUT: "Read payout {stripe_id} again from Stripe and let our payout and the ledger follow.",
    Repair.SETTLE_CLAIM: "Finish what was begun for {subject}: take what is missing from the vendor's balance, and owe the rest.",
    Repair.RECOUNT_CLAIM: "Count again what the vendor bears of {subject} and what its finished movements took, and settle the rest.",
    Repair.ADOPT_MOVEMENT: "Note {stripe_id} with the refund, dispute or correction that it belongs to; if there is none, park it as unexplained.",
    Repair.BOOK_TAKEN: "Book {stripe_id} as taken from the vendor: for what it owes of this order; where it owes nothing, as a correction that it bears.",
    Repair.POST_MOVEMENT: "Post movement {movement_id} to the ledger again, as it was noted when Stripe made it.",
    Repair.POST_REFUNDS: "Post refund {refunds} to the ledger again, with who bears it, as it was frozen when Stripe took it on.",
    Repair.POST_RESERVE: "Post to the ledger what Stripe put in its reserve or let go, so that it does not count as payable.",
    Repair.RECOUNT_REFUNDED: "Set what the order says was refunded or taken by a bank to what its refunds and disputes come to.",
    Repair.SUSPEND: "Post the money to “Unexplained”, so that the ledger says what Stripe holds until a person has looked.",
    Repair.CLEAR_SUSPENSE: "Take it out of “Unexplained” again, since its own posting is there.",
    Repair.REVERSE_POSTING: "Post the opposite of what has neither a row here nor money at Stripe.",
    Repair.CLOSE_POSTING: "Close posting {key}, whose entries come to nought.",
    Repair.SYNC_ACCOUNT: "Read the vendor's account again from Stripe.",
    Repair.FOLLOW_METHODS: "Read again what customer {customer_id} holds at Stripe and let our saved payment methods follow.",
    Repair.BACKFILL: "Fetch every event that Stripe could not deliver, and apply it as if it had come by itself.",
    Repair.REPLAY: "Apply event {event_id} again.",
}
