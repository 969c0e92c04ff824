"""A dispute of a charge that several orders share: Stripe has one, and each order what it bears of
it, in proportion to what was left of it when the dispute came (decision 19).

Once the shares are frozen, each order's part of whatever Stripe says is the same for whoever reads
it, in whatever order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tortoise.expressions import Subquery

from shared.core.frozen import frozen
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import part_due
from shared.finance.payments.models import Payment
from shared.finance.payments.shares import shares
from shared.infra.gateway.balance_transactions import BalanceTransaction
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.unit import Transaction
from shared.trade.orders.models import Order


@frozen
class Disputed:
    """What a dispute is about: an order with its payment, and its part of what Stripe has.

    `weight`: None where the order has it alone.
    """

    order: Order
    payment: Payment
    seen: StripeDispute
    weight: int | None = None


async def lock_disputed(
    tx: Transaction,
    payment_id: int,
    seen: StripeDispute,
) -> list[Disputed]:
    """Lock what a dispute is about: orders, then their payments. The disputes come after them."""
    found = await Payment.get(id=payment_id)
    if not found.is_slice:
        order = await tx.lock(Order, id=found.order_id)
        payment = await tx.lock(Payment, id=payment_id)
        return [Disputed(order, payment, seen)]
    mine = Payment.filter(intent_key=found.intent_key)
    theirs = Order.filter(id__in=Subquery(mine.values("order_id")))
    orders = await tx.lock_all(theirs)
    payments = {each.order_id: each for each in await tx.lock_all(mine)}
    weights = await _weights(seen.id, orders)
    parts = parts_of(seen, weights)
    return [
        Disputed(each, payments[each.id], parts[each.id], weights[each.id])
        for each in orders
        if each.id in parts
    ]


async def _weights(
    stripe_id: str,
    orders: Sequence[Order],
) -> Mapping[int, int]:
    """By what the dispute is shared: as it was frozen, or what is left of each order now."""
    rows = await Dispute.filter(stripe_dispute_id=stripe_id)
    if rows:
        return {row.order_id: row.share_weight or 0 for row in rows}
    left = {each.id: _left_of(each) for each in orders}
    if any(left.values()):
        return left
    return {each.id: int(each.total_amount_cents) for each in orders}


def _left_of(order: Order) -> int:
    gone = order.refunded_amount + order.disputed_amount + order.lost_amount
    return max(0, int(order.total_amount_cents - gone))


def parts_of(
    seen: StripeDispute,
    weights: Mapping[int, int],
) -> dict[int, StripeDispute]:
    """What each order has of a dispute; whose part is nothing has none.

    Its vendor has to answer earlier than the bank wants the one answer.
    """
    amounts = _borne(seen.amount, weights)
    mine = {order_id: weights[order_id] for order_id in amounts}
    rows = [_parts_of_row(each, mine) for each in seen.transactions]
    return {
        order_id: replace(
            seen,
            amount=amount,
            due_by=part_due(seen.due_by),
            transactions=tuple(parts[order_id] for parts in rows),
        )
        for order_id, amount in amounts.items()
    }


def _borne(
    amount: int,
    weights: Mapping[int, int],
) -> dict[int, int]:
    """Share an amount over those that get any of it.

    Whoever reads it later knows of no others; a fee larger than the amount is borne whole too.
    """
    amounts = shares(amount, weights)
    while not all(amounts.values()):
        some = [each for each, part in amounts.items() if part]
        amounts = shares(amount, {each: weights[each] for each in some})
    return amounts


def _parts_of_row(
    row: BalanceTransaction,
    weights: Mapping[int, int],
) -> dict[int, BalanceTransaction]:
    amounts = _signed_shares(row.amount, weights)
    fees = _signed_shares(row.fee, weights)
    return {
        order_id: replace(
            row,
            amount=amounts[order_id],
            fee=fees[order_id],
            net=amounts[order_id] - fees[order_id],
        )
        for order_id in weights
    }


def _signed_shares(
    amount: int,
    weights: Mapping[int, int],
) -> dict[int, int]:
    sign = -1 if amount < 0 else 1
    parts = shares(abs(amount), weights)
    return {order_id: sign * part for order_id, part in parts.items()}
