"""What is found in the marketplace of tests.support.machine: by reconciliation, by counting what
orders hold, by looking for what was left over.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.finance.inbox.models import WebhookEvent
from shared.finance.ledger.chart import Account
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.reconciliation import both_sides, repairs, sifting
from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.findings import DifferenceKind, FoundDifference
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.finance.reconciliation.service import reconcile
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import UNSETTLED
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order, OrderLine
from tests.support.money import booked
from tests.support.purchases import books_agree

if TYPE_CHECKING:
    from tests.support.machine import Market


async def at_rest(market: Market) -> None:
    """Everything is known, booked and settled, and nobody finds a difference."""
    await market.rest()
    assert market.complaints.found == []
    assert await market.stuck() == []
    await books_agree(market)
    assert await differences(market) == []


async def wrongly_held() -> list[str]:
    """Products that hold another number of pieces than their orders say."""
    held: dict[int, int] = defaultdict(int)
    for line in await OrderLine.filter(order__stock_state="reserved"):
        held[line.product_id] += line.quantity
    return [
        (
            f"product {product.id}: {product.reserved} of {product.stock} are held, by its orders "
            f"{held[product.id]}"
        )
        for product in await Product.all().order_by("id")
        if product.reserved != held[product.id]
    ]


async def held_for_too_long() -> list[str]:
    """Orders whose money is neither there nor on its way, and which hold pieces after a quiet hour
    all the same.
    """
    held = Order.filter(
        stock_state="reserved", payment_status__in=["pending", "failed"]
    ).order_by("id")
    return [
        f"order {order.number} ({order.status}) holds its pieces"
        for order in await held
    ]


async def charged_otherwise() -> list[str]:
    """Orders whose commission is not that of their lines and of their delivery."""
    of_lines: dict[int, int] = defaultdict(int)
    for line in await OrderLine.all():
        of_lines[line.order_id] += line.commission_amount
    return [
        f"order {order.number} pays {order.platform_fee_amount}"
        for order in await Order.all().order_by("id")
        if order.platform_fee_amount != of_lines[order.id] + order.shipping_commission
        or (order.shipping_commission and not order.shipping_method)
    ]


async def decide_what_was_taken(market: Market) -> None:
    """The operator books as taken from vendors what was taken by hand and nobody owed."""
    await differences(market)
    run = await ReconciliationRun.all().order_by("-id").first()
    assert run is not None
    rows = Difference.filter(
        run_id=run.id,
        kind__in=[DifferenceKind.TAKEN_BY_HAND, DifferenceKind.MOVEMENT_UNKNOWN],
    ).order_by("number")
    for row in await rows:
        await repairs.apply(market.context, row.id, actor="member:2")


async def unfinished() -> list[str]:
    """What must not be left after a quiet hour: events without a decision, payouts of ours that
    their parts do not explain.
    """
    left = [
        f"{row.stripe_event_id} {row.type} is {row.status}: {row.error}"
        for row in await WebhookEvent.filter(
            status__in=["received", "failed", "parked"]
        ).order_by("id")
    ]
    parts: dict[int, int] = defaultdict(int)
    for item in await PayoutItem.all():
        parts[item.payout_id] += item.amount
    alive = Payout.filter(
        idempotency_key__not_isnull=True, status__in=["pending", "in_transit", "paid"]
    ).order_by("id")
    left += [
        f"payout {row.id}: {row.amount} of {parts[row.id]}"
        for row in await alive
        if parts[row.id] != row.amount + row.fee
    ]
    due = await booked(Account.SHOPPERS_DUE)
    if due and not await Refund.filter(status__in=list(UNSETTLED)).exists():
        left.append(f"nobody waits for a refund, and the ledger owes shoppers {due}")
    return left


# What can never differ, not even while news is on its way: we would know of money that Stripe does
# not.
NEVER = frozenset(
    {
        DifferenceKind.PAYMENT_DIFFERS,
        DifferenceKind.PAYMENT_MISSING,
        DifferenceKind.SALE_UNPOSTED,
        DifferenceKind.REFUND_MISSING,
        DifferenceKind.DISPUTE_MISSING,
        DifferenceKind.PAYOUT_MISSING,
        DifferenceKind.MOVEMENT_MISSING,
        DifferenceKind.CLAIM_MISCOUNTED,
        DifferenceKind.REFUNDED_MISCOUNTED,
        DifferenceKind.POSTING_UNEXPLAINED,
        DifferenceKind.POSTING_ORPHANED,
        DifferenceKind.POSTING_OPEN,
        DifferenceKind.LEDGER_UNBALANCED,
        DifferenceKind.LEDGER_SUM_DIFFERS,
        DifferenceKind.RECEIVABLE_DIFFERS,
        DifferenceKind.EARNED_DIFFERS,
    }
)


async def differences(market: Market) -> list[tuple[str, ...]]:
    """What reconciliation finds at this moment, without patience."""
    run = await reconcile(market.gateway, started_by="machine", grace=timedelta(0))
    rows = await Difference.filter(run_id=run.id).order_by("number")
    return [
        (
            row.kind,
            row.subject,
            row.text,
            row.our_side,
            row.stripe_side,
        )
        for row in rows
    ]


async def told_with_everything(market: Market) -> list[FoundDifference]:
    """What is told where nothing is left out of the comparison."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sifting, "is_quiet", lambda _both: False)
        both, _ = await both_sides.read(market.gateway, None)
    return compare(both)


async def reconcile_in_passing(market: Market, *, repair: bool) -> None:
    """The operator compares in the middle of everything, and presses the button that repairs it
    all.
    """
    found = await differences(market)
    left, _ = await both_sides.read(market.gateway, None)
    assert compare(left) == await told_with_everything(market)
    assert not [row for row in found if row[0] in NEVER], found
    if repair and found:
        run = await ReconciliationRun.all().order_by("-id").first()
        assert run is not None
        await repairs.apply_all(market.context, run.id, actor="member:2")
