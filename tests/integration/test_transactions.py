"""Transactions: what is left of a payment now, whatever became of it, is what its order's own page comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.ledger import postings
from shared.reporting.flows import Kind
from shared.reporting.shares import shares_of
from shared.reporting.waterfall import order_waterfall
from tests.support.books import a_dispute, at, book, refunded, sold
from tests.support.factories import make_order, make_payment, make_ready_vendor
from tests.support.portal import signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quart.typing import TestClientProtocol

    from shared.orders.models import Order

pytestmark = pytest.mark.usefixtures("database")
LIST = "/vendor/admin/transactions"
LATER, LAST = at("2026-10-06 10:00"), at("2026-10-07 10:00")


async def nothing(_order: Order) -> None:
    """The sale alone."""


async def part(order: Order) -> None:
    """Two of ten go back, the commission in proportion."""
    await refunded(order, LATER, vendor_part=1800, commission_part=200)


async def whole(order: Order) -> None:
    """All of it, the commission too."""
    await refunded(order, LATER, vendor_part=9000, commission_part=1000)


async def whole_and_commission_kept(order: Order) -> None:
    """The vendor bears more than it got."""
    await refunded(order, LATER, vendor_part=10000, commission_part=0)


async def bounced(order: Order) -> None:
    """A refund that came back."""
    await book(postings.refund_undone(await refunded(order, LATER, vendor_part=1800, commission_part=200)), LAST)


async def taken(order: Order) -> None:
    """A bank took all of it."""
    await book(postings.dispute_withdrawn(a_dispute(order, vendor_part=9000, commission_part=1000)), LATER)


async def won(order: Order) -> None:
    """And gave it back."""
    await taken(order)
    back = postings.DisputedMoney(order.id, order.vendor_id, "EUR", 9000, 1000, 0, 0, f"txn_won{order.id}")
    await book(postings.dispute_reinstated(back), LAST)


CASES: dict[Callable[[Order], Awaitable[None]], tuple[int, int]] = {
    nothing: (9000, 1000),
    part: (7200, 800),
    whole: (0, 0),
    whole_and_commission_kept: (-1000, 1000),
    bounced: (9000, 1000),
    taken: (0, 0),
    won: (9000, 1000),
}


async def test_what_is_left_follows_everything_that_went_back() -> None:
    """For each outcome: vendor's share and commission, and the same as the order's waterfall ends with. One query for all."""
    vendor = await make_ready_vendor()
    orders = {}
    for story in CASES:
        orders[story] = await sold(vendor, at("2026-10-05 10:00"))
        await story(orders[story])
    unpaid = await make_order(vendor)
    found = await shares_of([*(order.id for order in orders.values()), unpaid.id])
    told = {story: (found[o.id].vendor.amount, found[o.id].commission.amount) for story, o in orders.items()}
    assert told == CASES
    assert unpaid.id not in found
    for order in orders.values():
        lines = {line.kind: line.vendor for line in (await order_waterfall(order.id)).lines}
        assert found[order.id].vendor == lines.get(Kind.LEFT, lines[Kind.SHARE])


async def test_the_page_shows_the_share_as_it_is_now(client: TestClientProtocol) -> None:
    """With what it was where that is another; a payment that brought nothing has no share."""
    portal = await signed_in(client)
    vendor = await portal.vendor()
    stories = {story: await sold(vendor, at("2026-10-05 10:00")) for story in (nothing, part, taken)}
    for story, order in stories.items():
        await story(order)
        await make_payment(order, status="succeeded", paid_at=order.paid_at)
    declined = await make_order(vendor)
    await make_payment(declined, status="failed")
    rows = words(await portal.get(LIST)).split("MH-")
    said = {story: next(row for row in rows if order.number.endswith(row[:9])) for story, order in stories.items()}
    assert "€100.00 €10.00 €90.00" in said[nothing]
    assert "€100.00 €8.00 of €10.00 €72.00 of €90.00" in said[part]
    assert "€100.00 €0.00 of €10.00 €0.00 of €90.00" in said[taken]
    unpaid = next(row for row in rows if declined.number.endswith(row[:9]))
    assert unpaid.count("€") == 1
