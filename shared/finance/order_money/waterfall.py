"""The waterfall of one order: its steps in words' reach, with the Stripe object that each came from
and the day at the bank.
"""

from __future__ import annotations

from datetime import datetime

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.order_money import statements
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
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import PayoutState
from shared.infra.database.raw_sql import Record, moment_in
from shared.infra.database.several import Found, read
from shared.trade.orders.sold_discount import SoldDiscount, sold_discount

CAME_BACK = frozenset({PayoutState.FAILED, PayoutState.CANCELED, PayoutState.REFUSED})


@frozen
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


@frozen
class FundsMovement:
    """Where money lay or went without changing what anybody is owed."""

    kind: str
    amount: Money
    stripe_id: str
    at: datetime


@frozen
class Waterfall:
    """All lines (but sums) come to zero. `stripe_fee` is None until Stripe has told it; `shipping`
    is what of the shopper's payment was for sending, `shipping_commission` what of the commission
    is of that; `discount` what a code took off it.
    """

    lines: tuple[WaterLine, ...]
    places: tuple[FundsMovement, ...]
    stripe_fee: Money | None
    reserved: Money
    shipping: Money
    shipping_commission: Money
    discount: SoldDiscount | None

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

    One query.
    """
    return waterfall_in(await read(*statements.money_of(order_id)))


def waterfall_in(found: Found) -> Waterfall:
    """The same of what `statements.money_of` reads."""
    (order,) = found.of(statements.ORDER)
    facts = [_fact(record) for record in found.records(statements.BOOKED)]
    steps_found = steps(
        facts,
        _sent(found),
    )
    paid = [row for row in found.of(statements.PAYMENTS) if row.status in _PAID]
    payment, details = (paid[-1] if paid else None), _details(found)
    fees = [step.market for step in steps_found if step.kind is FlowKind.STRIPE_FEE]
    return Waterfall(
        tuple(_line(step, order.currency, payment, details) for step in steps_found),
        tuple(_place(fact, order.currency) for fact in places(facts)),
        Money(-sum(fees), order.currency) if fees else None,
        Money(reserved(facts), order.currency),
        Money(order.shipping_amount, order.currency),
        Money(order.shipping_commission, order.currency),
        sold_discount(order),
    )


_PAID = (PaymentState.SUCCEEDED, PaymentState.REFUNDED)


def _fact(record: Record) -> Fact:
    at = moment_in(record["created_at"])
    assert at is not None
    return Fact(
        record["posting_id"],
        record["kind"],
        record["key"],
        record["account"],
        record["amount"],
        record["stripe_id"],
        at,
    )


def _sent(found: Found) -> list[Sent]:
    """One per payout that something of the order was in."""
    amounts: dict[int, int] = {}
    for item in found.of(statements.ITEMS):
        amounts[item.payout_id] = amounts.get(item.payout_id, 0) + item.amount
    payouts = {payout.id: payout for payout in found.of(statements.PAYOUTS)}
    return [_part(payouts[id_], amount) for id_, amount in amounts.items()]


def _part(payout: Payout, amount: int) -> Sent:
    return Sent(
        amount,
        payout.stripe_payout_id or "",
        counts=payout.status not in CAME_BACK,
        arrived_at=payout.paid_at if payout.status == PayoutState.PAID else None,
        arrives_on=payout.arrives_on,
        payout_id=payout.id,
    )


def _details(found: Found) -> dict[str, str]:
    """What tells one refund or dispute from another: by the posting's key, or by the Stripe object
    behind it.
    """
    details = {}
    for refund in found.of(statements.REFUNDS):
        for kind in ("refund", "refund_undone"):
            details[f"{kind}:{refund.id}"] = f"{refund.number}"
    disputes = found.of(statements.DISPUTES)
    # Its postings are named by balance transactions; with one there is no doubt.
    if len(disputes) == 1:
        details["dispute"] = disputes[0].reason.replace(
            "_",
            " ",
        )
    return details


def _line(
    step: FlowStep,
    currency: str,
    payment: Payment | None,
    details: dict[str, str],
) -> WaterLine:
    detail = details.get(
        step.key,
        "",
    )
    if step.kind in (FlowKind.DISPUTE, FlowKind.DISPUTE_WON):
        detail = details.get(
            "dispute",
            "",
        )
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
