"""The waterfall of one order: its steps in words' reach, with the Stripe object that each came from
and the day at the bank.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.core.money import Money
from shared.finance.disputes.models import Dispute
from shared.finance.ledger.models import LedgerEntry
from shared.finance.order_money.flows import (
    Fact,
    FlowKind,
    FlowStep,
    Sent,
    places,
    reserved,
    steps,
)
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.finance.payouts.models import PayoutItem
from shared.finance.payouts.rules import PayoutState
from shared.finance.refunds.models import Refund
from shared.trade.orders.models import Order

CAME_BACK = frozenset({PayoutState.FAILED, PayoutState.CANCELED, PayoutState.REFUSED})


@dataclass(frozen=True)
class WaterLine:
    """One line.

    `vendor` and `market` are the two sides, `whole` both together; `detail` tells a refund or
    dispute apart.
    """

    kind: FlowKind
    whole: Money
    vendor: Money
    market: Money
    stripe_id: str
    at: datetime | None
    detail: str
    is_sum: bool
    arrived: bool


@dataclass(frozen=True)
class FundsMovement:
    """Where money lay or went without changing what anybody is owed."""

    kind: str
    amount: Money
    stripe_id: str
    at: datetime


@dataclass(frozen=True)
class Waterfall:
    """All lines (but sums) come to zero. `stripe_fee` is None until Stripe has told it."""

    lines: tuple[WaterLine, ...]
    places: tuple[FundsMovement, ...]
    stripe_fee: Money | None
    reserved: Money

    @property
    def vendor_lines(self) -> tuple[WaterLine, ...]:
        """What the vendor sees: its own side."""
        return tuple(
            line
            for line in self.lines
            if line.vendor or line.kind is FlowKind.PAYOUT_FAILED or line.is_sum
        )


async def order_waterfall(order_id: int) -> Waterfall:
    """The order's waterfall as it is now; empty before it was paid.

    A constant number of queries.
    """
    order = await Order.get(id=order_id)
    facts = await _facts(order_id)
    sent = await _sent(order_id)
    found = steps(facts, sent)
    payment = (
        await Payment.filter(order_id=order_id, status__in=_PAID)
        .order_by("-attempt")
        .first()
    )
    details = await _details(order_id)
    fees = [step.market for step in found if step.kind is FlowKind.STRIPE_FEE]
    return Waterfall(
        tuple(_line(step, order.currency, payment, details) for step in found),
        tuple(_place(fact, order.currency) for fact in places(facts)),
        Money(-sum(fees), order.currency) if fees else None,
        Money(reserved(facts), order.currency),
    )


_PAID = (PaymentState.SUCCEEDED, PaymentState.REFUNDED)


async def _facts(order_id: int) -> list[Fact]:
    rows = (
        await LedgerEntry.filter(posting__subject=f"order:{order_id}")
        .order_by("id")
        .select_related("posting")
    )
    return [
        Fact(
            row.posting_id,
            row.posting.kind,
            row.posting.key,
            row.account,
            row.amount,
            row.stripe_id,
            row.posting.created_at,
        )
        for row in rows
    ]


async def _sent(order_id: int) -> list[Sent]:
    """One per payout that something of the order was in."""
    whole: dict[int, tuple[int, PayoutItem]] = {}
    for item in (
        await PayoutItem.filter(order_id=order_id)
        .order_by("id")
        .select_related("payout")
    ):
        before = whole.get(item.payout_id, (0, item))[0]
        whole[item.payout_id] = (before + item.amount, item)
    return [
        Sent(
            amount,
            item.payout.stripe_payout_id or "",
            counts=item.payout.status not in CAME_BACK,
            arrived_at=item.payout.paid_at
            if item.payout.status == PayoutState.PAID
            else None,
            arrives_on=item.payout.arrives_on,
            payout_id=item.payout_id,
        )
        for amount, item in whole.values()
    ]


async def _details(order_id: int) -> dict[str, str]:
    """What tells one refund or dispute from another: by the posting's key, or by the Stripe object
    behind it.
    """
    found = {}
    for refund in await Refund.filter(order_id=order_id):
        for kind in ("refund", "refund_undone"):
            found[f"{kind}:{refund.id}"] = f"{refund.number}"
    disputes = await Dispute.filter(order_id=order_id).order_by("id")
    # Its postings are named by balance transactions; with one there is no doubt.
    if len(disputes) == 1:
        found["dispute"] = disputes[0].reason.replace("_", " ")
    return found


def _line(
    step: FlowStep,
    currency: str,
    payment: Payment | None,
    details: dict[str, str],
) -> WaterLine:
    detail = details.get(step.key, "")
    if step.kind in (FlowKind.DISPUTE, FlowKind.DISPUTE_WON):
        detail = details.get("dispute", "")
    return WaterLine(
        step.kind,
        Money(step.whole, currency),
        Money(step.vendor, currency),
        Money(step.market, currency),
        _source(step, payment),
        step.at,
        detail,
        step.is_sum,
        bool(step.sent and step.sent.arrived_at),
    )


def _source(step: FlowStep, payment: Payment | None) -> str:
    """The nearest Stripe object: of a sale its charge, the fee object, the transfer; else what the
    ledger names.
    """
    if payment is None:
        return step.stripe_id
    nearer = {
        FlowKind.PAID: payment.stripe_charge_id,
        FlowKind.COMMISSION: payment.stripe_application_fee_id,
        FlowKind.SHARE: payment.stripe_transfer_id,
    }.get(step.kind)
    return nearer or step.stripe_id


def _place(fact: Fact, currency: str) -> FundsMovement:
    return FundsMovement(
        fact.kind,
        Money(abs(fact.amount), currency),
        fact.stripe_id,
        fact.at,
    )
