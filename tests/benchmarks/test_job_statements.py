"""What a recurring job asks the database does not grow with how much waits for it, up to a batch:
nothing is asked of each.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.infra.mail.models import Email
from shared.trade.orders import delivery, reminders
from shared.trade.orders import jobs as of_orders
from tests.support.factories import make_order, make_vendor
from tests.support.storefront import counted

if TYPE_CHECKING:
    from shared.infra.jobs import Context, RecurringJob

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.postgres_only]
Fill = Callable[[int], Awaitable[Any]]


async def _paid(
    number: int,
    days: float,
    **values: Any,
) -> None:
    vendor = await make_vendor()
    moment = clock.now() - timedelta(days=days)
    for _ in range(number):
        paid = {"status": "processing", "payment_status": "paid", "paid_at": moment}
        await make_order(vendor, **{**paid, "shipped_at": moment, **values})


async def _on_the_way(number: int) -> None:
    await _paid(number, 20, status="shipped")


async def _late(number: int) -> None:
    await _paid(number, 6)


@pytest.mark.parametrize(
    ("job", "fill", "mail"),
    [
        (of_orders.deliver, _on_the_way, "order_delivered"),
        (of_orders.remind, _late, "order_waits"),
    ],
    ids=["deliver", "remind"],
)
async def test_ten_take_the_statements_of_two(
    job: RecurringJob,
    fill: Fill,
    mail: str,
    context: Context,
) -> None:
    """Each of them is handled, and none a second time."""
    took = []
    for number in (2, 10):
        await fill(number)
        with counted() as statements:
            await job.run(context, {})
        took.append(len(statements))
    assert await Email.filter(kind=mail).count() == 12
    few, many = took
    assert many == few


async def test_what_is_more_than_a_batch_is_handled_in_one_run(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though all of it is of one moment."""
    for module in (delivery, reminders):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    await _on_the_way(5)
    await _late(5)
    await of_orders.deliver.run(context, {})
    await of_orders.remind.run(context, {})
    kinds = await Email.all().values_list("kind", flat=True)
    assert sorted(kinds) == ["order_delivered"] * 5 + ["order_waits"] * 5
