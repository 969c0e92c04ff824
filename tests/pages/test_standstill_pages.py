"""While nobody has looked at a restore: no door to money is open, what the pages say, and how the
operator ends it.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

import run
from shared.core import clock
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.payouts import stripe_schedule
from shared.finance.payouts.models import Payout
from shared.finance.payouts.plans import PayoutPlan
from shared.finance.refunds.models import Refund
from shared.finance.statements.invoice_issuer import InvoiceIssuer, save_identity
from shared.finance.statements.models import Statement
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.infra.restoring.models import Restoration
from shared.trade.catalogue.models import Product
from shared.trade.orders.models import Order
from shared.trade.people.models import Member
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.market import open_shop
from tests.support.payouts import time_of
from tests.support.portal import Portal, operator_in, sign_in
from tests.support.program import Program
from tests.support.refunds import ask, sold
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart import Quart
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox


async def test_a_shopper_is_told_to_come_back_and_loses_nothing(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """It is not the basket's fault, and what was typed stands there."""
    shop = await open_shop(gateway, sandbox)
    await Restoration.create(backup_made_at=clock.now(), source="one.zip")
    slug = (await Vendor.get(id=shop.vendor_id)).slug
    browser = Browser(client)
    await browser.add(f"/shops/{slug}/cup")

    answer = await browser.send_contact()
    html = str(await answer.get_data(as_text=True))
    said = words(html)

    assert answer.status_code == 503
    assert "Not just now" in said
    assert "no money moves until that is done" in said
    assert "Your basket needs a look" not in said
    assert 'value="Ada Lovelace"' in html
    assert await Order.all().count() == 0


async def test_the_operator_ends_it_after_both_looks_and_not_before(
    client: TestClientProtocol,
) -> None:
    """Fetch, compare, let go; pressed too early nothing moves, pressed twice it is once."""
    row = await Restoration.create(backup_made_at=clock.now(), source="one.zip")
    staff = await operator_in(client)
    home, page, end = (
        "/operator",
        "/operator/restored",
        "/operator/restored/acknowledge",
    )
    assert "No money moves: restored from a backup" in words(await staff.get(home))
    assert "Comes after steps 1 and 2" in await staff.get(page)

    assert (await staff.post(end)).status_code == 409
    assert (await Restoration.get(id=row.id)).acknowledged_at is None

    now = clock.now()
    await Restoration.filter(id=row.id).update(backfilled_at=now, compared_at=now)
    assert "Let money move again" in await staff.get(page)
    for _ in range(2):
        assert (await staff.post(end)).status_code == 303
    assert (await Restoration.get(id=row.id)).acknowledged_by.startswith("member:")
    assert "Money moves as usual" in await staff.get(page)


async def test_a_payment_page_from_before_the_restore_asks_no_card(
    app: Quart, client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Pay, the page loaded again and the API: 503 and why; nothing is set aside, and all three work
    afterwards.
    """
    shop = await open_shop(gateway, sandbox, stock=1)
    browser = Browser(client)
    await browser.add(f"/shops/{(await Vendor.get(id=shop.vendor_id)).slug}/cup")
    path = await browser.check_out()
    found = re.search(r'data-intent="(pi_[^"]+)"', await browser.get(path))
    assert found is not None
    order = await Order.get().select_related("checkout")
    intents = f"/api/v1/platform/vendors/{shop.vendor_id}/payments/create-intent"
    program = Program(app, link_of(order.checkout.token))

    async def doors() -> list[tuple[int, str]]:
        pay = await browser.post(
            f"{path}/hold", {"intent": found[1]}, {"Accept": "application/json"}
        )
        page = await client.get(path)
        api = await program.call("POST", intents, json={"order_id": order.id})
        assert ("Retry-After" in pay.headers) == (pay.status_code == 503)
        return [
            (
                pay.status_code,
                str(json.loads(await pay.get_data()).get("error", {}).get("code")),
            ),
            (page.status_code, words(str(await page.get_data(as_text=True)))),
            (
                api.status,
                str(api.body.get("error", {}).get("code")),
            ),
        ]

    await Restoration.create(backup_made_at=clock.now(), source="one.zip")
    pay, page, api = await doors()
    assert pay == api == (503, "standing_still")
    assert page[0] == 503
    assert "no money moves until that is done" in page[1]
    assert (await Product.get(id=shop.product_id)).reserved == 0

    await Restoration.all().update(acknowledged_at=clock.now())
    assert [status for status, _ in await doors()] == [200, 200, 200]
    assert (await Product.get(id=shop.product_id)).reserved == 1


@pytest.mark.one_engine
async def test_no_job_and_no_page_of_the_vendor_moves_money(
    client: TestClientProtocol,
    gateway: Gateway,
    sandbox: RunningSandbox,
    context: Context,
) -> None:
    """Months pass, every recurring job runs: Stripe is only read, no month is closed; then what
    waited goes through.
    """
    sale = await sold(gateway, sandbox)
    await save_identity(
        InvoiceIssuer("A market", "1 Street", "LU", "LU12345613", Decimal(17), "MH"),
        actor="test",
    )
    await ask(gateway, sale)
    plan = PayoutPlan(PayoutSchedule.DAILY, minimum=1)
    await stripe_schedule.choose(
        gateway, vendor_id=sale.shop.vendor_id, plan=plan, actor="test"
    )
    await Restoration.create(backup_made_at=clock.now(), source="one.zip")
    portal = Portal(client, sale.shop.vendor_id)
    await sign_in(client, (await Member.get(id=sale.shop.member_id)).email)
    asked = len(sandbox.requests())
    said = words(
        await _text(portal, f"/vendor/admin/orders/{sale.order.number}/refunds")
    )
    assert "no money moves until that is done" in said

    with time_of(sandbox) as time:
        time.days(40)
        await _every_job(context)
        assert not [
            each for each in sandbox.requests()[asked:] if each["method"] != "GET"
        ]
        assert (await Refund.get()).status == "opening"
        assert [await Payout.all().count(), await Statement.all().count()] == [0, 0]

        await Restoration.all().update(acknowledged_at=clock.now())
        time.to_weekday(2)  # nothing is paid out at a weekend
        await _every_job(context)
        assert (await Refund.get()).status == "succeeded"
        assert await Payout.all().count() == 1
        assert await Statement.all().count() > 0


async def _every_job(context: Context) -> None:
    """All that comes again, now, and all that is due."""
    skipped = {
        "mail.send": _nothing,
        "webhooks.backfill": _nothing,
        "reporting.nightly": _nothing,
    }
    for each in run.recurring_jobs():
        await Job.create(kind=each.kind, args={}, run_at=clock.now())
    await Worker(context, {**run.job_handlers(), **skipped}).run_due()


async def _nothing(_context: object, _args: object) -> None:
    """What only reads, and takes long."""


async def _text(portal: Portal, address: str) -> str:
    answer = await portal.post(
        address,
        {"reach": "amount", "amount": "1.00", "reason": "duplicate", "seen": "1"},
    )
    return str(await answer.get_data(as_text=True))
