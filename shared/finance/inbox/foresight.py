"""What replaying an event would change, said beforehand: Stripe's object as it is now, held against our row by the same rules.

Nothing is written. Handlers ask Stripe outside of transactions, so a rehearsal that is rolled back is not possible; where no
rule decides by one object alone, it is said what would be read again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from shared.core.clock import now
from shared.core.money import Money
from shared.finance.disputes.models import Dispute
from shared.finance.inbox.changes import Change, Scalar, diff
from shared.finance.inbox.rules import Decision
from shared.finance.inbox.snapshot import WATCHES, plain
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState, after_refunds, next_state, order_status
from shared.finance.payments.settle import expected_of, facts_of, news_of
from shared.finance.payouts import rules as payout_rules
from shared.finance.payouts.models import Payout
from shared.finance.refunds import rules as refund_rules
from shared.finance.refunds.facts import gone_back
from shared.finance.refunds.models import Refund
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.gateway.gateway import Gateway
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PAYMENT_STATUS_MOVES, CheckoutStatus, PaymentStatus
from shared.trade.vendors import accounts
from shared.trade.vendors.models import VendorPaymentConfig


@dataclass(frozen=True)
class Foreseen:
    """What would happen. `decision` None: it shows only when it is done."""

    decision: Decision | None
    text: str
    changes: tuple[Change, ...] = ()


Foresee = Callable[[Gateway, VerifiedEvent], Awaitable[Foreseen]]
NOTHING = Foreseen(Decision.OLDER, "nothing would change: we know all of this already")
FOREIGN = Foreseen(Decision.IGNORED, "not ours")


def _would(changes: tuple[Change, ...]) -> Foreseen:
    return Foreseen(Decision.APPLIED, "this would change", changes) if changes else NOTHING


async def of(gateway: Gateway, event: VerifiedEvent) -> Foreseen:
    """What applying `event` again would do now. Raises StripeUnavailable."""
    foresee = next((rule for start, rule in _BY_TYPE.items() if event.type.startswith(start)), None)
    if foresee is None:
        return Foreseen(None, f"what {event.object_id or 'it'} is about would be read again from Stripe")
    try:
        return await foresee(gateway, event)
    except StripeMissing:
        return FOREIGN


async def _intent(gateway: Gateway, event: VerifiedEvent) -> Foreseen:
    payment = await Payment.get_or_none(stripe_payment_intent_id=event.object_id).select_related("order__checkout")
    if payment is None or event.object_id is None:
        return FOREIGN
    state = PaymentState(payment.status)
    if state in (PaymentState.REFUNDED, PaymentState.CANCELED):
        return NOTHING
    target = next_state(state, facts_of(await gateway.payment_intents.get(event.object_id)), expected_of(payment))
    if target is None:
        return NOTHING
    found = [Change(f"payment:{payment.id}.status", state, target)]
    order: Order = payment.order
    status = order_status(target, checkout_open=order.checkout.status == CheckoutStatus.OPEN)
    if status in PAYMENT_STATUS_MOVES[PaymentStatus(order.payment_status)]:
        found.append(Change(f"order:{order.id}.payment_status", order.payment_status, status))
    return _would(tuple(found))


async def _charge(gateway: Gateway, event: VerifiedEvent) -> Foreseen:
    payment = await Payment.get_or_none(stripe_payment_intent_id=event.related_intent) if event.related_intent else None
    if payment is None or event.object_id is None:
        return FOREIGN
    charge = await gateway.charges.get(event.object_id)
    news = news_of(payment, charge) if charge.paid else {}
    found = _moved(f"payment:{payment.id}", {name: getattr(payment, name) for name in news}, news)
    if charge.amount_refunded and not found:
        return Foreseen(None, "the charge is known; its refunds would be read again from Stripe")
    return _would(found)


async def _refund(gateway: Gateway, event: VerifiedEvent) -> Foreseen:
    if event.object_id is None:
        return FOREIGN
    row = await Refund.get_or_none(stripe_refund_id=event.object_id).select_related("payment", "order")
    theirs = await gateway.refunds.get(event.object_id)
    if row is None:
        return await _unknown(theirs.payment_intent, f"refund {theirs.id} over {Money(theirs.amount, theirs.currency)}")
    now_ = refund_rules.RefundState(row.status)
    if theirs.status not in refund_rules.MOVES[now_]:
        return NOTHING
    first = Change(f"refund:{row.id}.status", now_, theirs.status)
    return _would((first, *await _gone_back(row, refund_rules.RefundState(theirs.status))))


async def _gone_back(refund: Refund, target: refund_rules.RefundState) -> list[Change]:
    """What the payment and its order become when `refund` moves to `target`: refunded with the last part, and back."""
    payment, order, arrived = refund.payment, refund.order, refund_rules.RefundState.SUCCEEDED
    back = await gone_back(payment.id) + refund.amount * ((target is arrived) - (refund.status == arrived))
    found = []
    state = PaymentState(payment.status)
    if (then := after_refunds(state, total=payment.amount_total, back=back)) is not None:
        found.append(Change(f"payment:{payment.id}.status", state, then))
    everything = back >= order.total_amount_cents
    was, now_ = PaymentStatus.PAID, PaymentStatus.REFUNDED
    if not everything:
        was, now_ = now_, was
    if order.payment_status == was:
        found.append(Change(f"order:{order.id}.payment_status", was, now_))
    return found


async def _dispute(gateway: Gateway, event: VerifiedEvent) -> Foreseen:
    if event.object_id is None:
        return FOREIGN
    row = await Dispute.get_or_none(stripe_dispute_id=event.object_id)
    theirs = await gateway.disputes.get(event.object_id)
    if row is None:
        return await _unknown(
            theirs.payment_intent, f"dispute {theirs.id} over {Money(theirs.amount, theirs.currency)}"
        )
    names = ("status", "reason", "amount", "is_charge_refundable", "due_by")
    return _would(
        _moved(f"dispute:{row.id}", {n: getattr(row, n) for n in names}, {n: getattr(theirs, n) for n in names})
    )


async def _payout(gateway: Gateway, event: VerifiedEvent) -> Foreseen:
    if event.object_id is None:
        return FOREIGN
    row = await Payout.get_or_none(stripe_payout_id=event.object_id)
    theirs = await gateway.payouts.get(event.object_id, account=event.account)
    if row is None:
        return Foreseen(
            None,
            f"payout {theirs.id} over {Money(theirs.amount, theirs.currency)} would be looked at for the first time",
        )
    moves = theirs.status in payout_rules.MOVES[payout_rules.PayoutState(row.status)]
    return _would((Change(f"payout:{row.id}.status", row.status, theirs.status),) if moves else ())


async def _account(gateway: Gateway, event: VerifiedEvent) -> Foreseen:
    row = await VendorPaymentConfig.get_or_none(stripe_account_id=event.account) if event.account else None
    if row is None:
        return FOREIGN
    thing = f"account:{row.id}"
    if row.deauthorized_at is not None:
        if event.type != "account.application.authorized":
            return NOTHING
        await gateway.accounts.get(str(event.account))
        return _would((Change(f"{thing}.deauthorized_at", plain(row.deauthorized_at), None),))
    if event.type == "account.application.deauthorized":
        if row.connected_again_at and event.created_at <= row.connected_again_at:
            return NOTHING
        return _would((Change(f"{thing}.deauthorized_at", None, plain(now())),))
    fields = next(watch.columns for watch in WATCHES if watch.word == "account").split()
    before = {name: plain(getattr(row, name)) for name in fields}
    accounts.describe(row, await gateway.accounts.get(str(event.account)), read_at=now())
    return _would(diff({thing: before}, {thing: {name: plain(getattr(row, name)) for name in fields}}))


async def _unknown(intent_id: str | None, what: str) -> Foreseen:
    if intent_id is None or not await Payment.exists(stripe_payment_intent_id=intent_id):
        return FOREIGN
    return Foreseen(Decision.APPLIED, f"{what} would be written down: we do not know it yet")


def _moved(thing: str, ours: Mapping[str, object], theirs: Mapping[str, object]) -> tuple[Change, ...]:
    before: dict[str, Scalar] = {name: plain(value) for name, value in ours.items()}
    return diff({thing: before}, {thing: {name: plain(value) for name, value in theirs.items()}})


# The first that an event's type begins with.
_BY_TYPE: Mapping[str, Foresee] = {
    "payment_intent.": _intent,
    "charge.dispute.": _dispute,
    "charge.refund.": _refund,
    "refund.": _refund,
    "charge.": _charge,
    "payout.": _payout,
    "account.": _account,
    "capability.": _account,
}
