"""Facts written straight into the ledger at a moment of one's choice: for tests about what is read
out of it.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.core import clock
from shared.finance.ledger import postings, service
from shared.infra import unit
from tests.support.factories import make_order, make_product

if TYPE_CHECKING:
    from shared.finance.ledger.chart import Posting
    from shared.trade.orders.models import Order
    from shared.trade.vendors.models import Vendor

_numbers = itertools.count(1000)


def at(text: str) -> datetime:
    """A moment in UTC: `2026-10-03 14:05`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def book(posting: Posting, moment: datetime) -> None:
    """Post a fact as if it were that moment."""
    with clock.use(lambda: moment):
        async with unit.transaction() as tx:
            assert await service.post(tx, posting)


async def sold(
    vendor: Vendor,
    moment: datetime,
    *,
    total: int = 10000,
    commission: int = 1000,
    currency: str = "EUR",
) -> Order:
    """A paid order with its sale in the ledger."""
    product = await make_product(vendor, price_amount=total, currency=currency)
    with clock.use(lambda: moment):
        order = await make_order(
            vendor,
            product,
            status="processing",
            payment_status="paid",
            paid_at=moment,
            platform_fee_amount=commission,
        )
    n = next(_numbers)
    await book(
        postings.sale(
            postings.SaleFact(
                n, order.id, vendor.id, currency, total, commission, f"pi_{n}"
            )
        ),
        moment,
    )
    return order


async def refunded(
    order: Order, moment: datetime, *, vendor_part: int, commission_part: int
) -> postings.RefundFact:
    """A refund of an order that Stripe took on."""
    n = next(_numbers)
    fact = postings.RefundFact(
        n,
        order.id,
        order.vendor_id,
        order.currency,
        vendor_part,
        commission_part,
        f"re_{n}",
    )
    await book(postings.refund(fact), moment)
    return fact


async def arrived(
    vendor: Vendor, moment: datetime, amount: int, *, currency: str = "EUR"
) -> postings.PaidOut:
    """A payout that reached the vendor's bank."""
    n = next(_numbers)
    fact = postings.PaidOut(n, vendor.id, currency, amount, f"po_{n}")
    await book(postings.payout_sent(fact), moment)
    await book(postings.payout_arrived(fact), moment)
    return fact


def a_dispute(
    order: Order, *, vendor_part: int, commission_part: int, fee: int = 1500
) -> postings.DisputedMoney:
    """What a bank takes because of a dispute."""
    n = next(_numbers)
    return postings.DisputedMoney(
        order.id,
        order.vendor_id,
        order.currency,
        vendor_part,
        commission_part,
        0,
        fee,
        f"txn_{n}",
    )
