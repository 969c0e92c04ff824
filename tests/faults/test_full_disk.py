"""A SQLite disk that is full, through the whole application: this process's files may not grow, as
the system itself says.
"""

from __future__ import annotations

import json
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.payments.models import Payment
from shared.finance.refunds.models import Refund
from shared.infra.database.schema import sqlite_path
from shared.infra.jobs.models import Job
from shared.trade.baskets.models import BasketLine
from shared.trade.orders.models import Checkout, Order
from shared.trade.people.models import Member
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.market import check_out
from tests.support.money import assert_books_agree, stripe_get
from tests.support.portal import Portal, sign_in
from tests.support.program import Program
from tests.support.refunds import sold
from tests.support.storefront import ADDRESS, Browser, htmx, words

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.sqlite_only
MONEY = re.compile(r"\bcharged\b|money|paid back|refund", re.IGNORECASE)
REFUND = {
    "reach": "amount",
    "amount": "5.00",
    "reason": "requested_by_customer",
    "note": "",
    "seen": "0",
}


@contextmanager
def full(url: str) -> Iterator[None]:
    """No file grows beyond what the database's log has now."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    grown = sqlite_path(url).with_name(sqlite_path(url).name + "-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (grown, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def written() -> list[int]:
    """How much there is of what the requests below would write."""
    return [
        await table.all().count()
        for table in (BasketLine, Checkout, Order, Payment, Refund, Job)
    ]


def writes_at(sandbox: RunningSandbox) -> int:
    """How often Stripe was asked for more than a look."""
    return sum(each["method"] != "GET" for each in sandbox.requests())


async def test_every_writer_says_503_and_writes_nothing_half(
    database: str, app: Quart, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Basket, order, refund, a part of a page, the API: Retry-After, no word about money; Stripe is
    asked for nothing but the payment that was written down before; then all goes.
    """
    app.config["PROPAGATE_EXCEPTIONS"] = False
    sale = await sold(gateway, sandbox, others=0)
    waiting = await check_out(sale.shop)
    owner = Portal(app.test_client(), sale.shop.vendor_id)
    await sign_in(owner.client, (await Member.get(id=sale.shop.member_id)).email)
    shopper = Browser(app.test_client())
    thing = f"/shops/{(await Vendor.get(id=sale.shop.vendor_id)).slug}/cup"
    await shopper.add(thing)
    refunds = f"/vendor/admin/orders/{sale.order.number}/refunds"
    await owner.post(f"{refunds}/preview", REFUND)
    intents = f"/api/v1/platform/vendors/{sale.shop.vendor_id}/payments/create-intent"
    program = Program(app, link_of(waiting.token))

    async def everything() -> list[Any]:
        sent = await program.call("POST", intents, json={"order_id": waiting.order_id})
        return [
            await shopper.post(thing, {"quantity": 1}),
            await shopper.post(thing, {"quantity": 1}, htmx("added")),
            await shopper.post("/shop/checkout", ADDRESS),
            await owner.post(refunds, REFUND),
            sent,
        ]

    before, asked = await written(), writes_at(sandbox)
    with full(database):
        *pages, told = await everything()
    for page in pages:
        text = words(str(await page.get_data(as_text=True)))
        assert (page.status_code, page.headers["Retry-After"]) == (503, "60"), text
        assert "we cannot tell whether this was done" in text
        for harmless in ("Test mode: no real money moves", "If you have paid"):
            text = text.replace(harmless, "")
        assert not MONEY.search(text), text
    assert (told.status, told.code) == (503, "database_unavailable")
    assert not MONEY.search(json.dumps(told.body))
    assert await written() == before
    assert writes_at(sandbox) == asked + 1

    *pages, told = await everything()
    assert [page.status_code for page in pages] == [303, 200, 303, 303]
    assert told.status == 200
    assert [
        await Order.all().count(),
        await Payment.all().count(),
        await Refund.all().count(),
    ] == [
        3,
        3,
        1,
    ]
    made = stripe_get(sandbox, "/v1/payment_intents?limit=100")["data"]
    orders = [one["metadata"].get("order_id") for one in made]
    assert orders.count(str(waiting.order_id)) == 1
    await assert_books_agree(sandbox)
