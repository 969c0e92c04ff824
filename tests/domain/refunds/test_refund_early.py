"""A refund within seconds of the payment, before the charge's own details (balance transaction,
transfer, fee) are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from shared.finance.payments.models import Payment
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundRequest, RefundState
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order
from shared.trade.people.models import Member
from tests.support.market import check_out, confirm, open_shop
from tests.support.money import assert_books_agree, held, stripe_get
from tests.support.portal import Portal, sign_in
from tests.support.refunds import (
    WHOLE,
    Sold,
    amount,
    fund_platform,
    refund,
    run_jobs,
    set_policy,
)
from tests.support.sandbox import RunningSandbox as Standin
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.one_engine]
FORM = {"reach": "whole", "reason": "requested_by_customer", "note": "", "seen": "0"}


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[RunningSandbox]:
    """A stand-in whose charges get their details after ten minutes by its own clock, so never by
    themselves here.
    """
    with Standin(settle_delay=600) as server:
        yield server


async def just_paid(gateway: Gateway, sandbox: RunningSandbox, shop: Shop) -> Payment:
    """A payment of this very moment."""
    purchase = await check_out(shop)
    view = await create_payment_intent(gateway, order_id=purchase.order_id)
    await confirm(sandbox, view.payment_intent_id)
    await confirm_payment(gateway, view.payment_intent_id)
    payment = await Payment.get(order_id=purchase.order_id)
    charge = stripe_get(sandbox, f"/v1/charges/{payment.stripe_charge_id}")
    assert (charge["balance_transaction"], charge["transfer"]) == (None, None)
    return payment


async def early(gateway: Gateway, sandbox: RunningSandbox) -> Sold:
    """An order that was paid just now, of a shop that has sold nothing else; the platform has
    money.
    """
    shop = await open_shop(gateway, sandbox)
    await fund_platform(sandbox, settled=600)
    payment = await just_paid(gateway, sandbox, shop)
    return Sold(shop, await Order.get(id=payment.order_id), payment)


@pytest.mark.parametrize(
    ("policy", "wish", "one_call"),
    [
        (RefundPolicy.PROPORTIONAL, WHOLE, True),
        (RefundPolicy.RETURN, amount(1000), False),
    ],
)
async def test_it_goes_through_at_once(
    gateway: Gateway,
    sandbox: RunningSandbox,
    policy: RefundPolicy,
    wish: RefundRequest,
    one_call: bool,
) -> None:
    """In one call where Stripe's sum is ours, else by a claim; nothing waits for a job, and the
    books agree.
    """
    await set_policy(policy)
    sale = await early(gateway, sandbox)
    made = await refund(gateway, sale, wish)
    assert (made.status, made.reverse_transfer) == (RefundState.SUCCEEDED, one_call)
    payment = await Payment.get(id=sale.payment.id)
    assert payment.stripe_transfer_id is not None
    assert (
        held(sandbox, sale.shop.account_id).get("EUR", 0)
        == payment.amount_vendor - made.vendor_part
    )
    assert (await Claim.get(subject=f"refund:{made.id}")).taken == made.vendor_part
    await assert_books_agree(sandbox)


async def test_where_stripe_wants_the_transfer_first_the_platform_pays(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A refusal of the one call is no refusal of the refund: it is asked for again without what was
    to come along.
    """
    sale = await early(gateway, sandbox)
    refused = {
        "effect": "status",
        "status": 400,
        "code": "resource_missing",
        "times": 1,
    }
    sandbox.faults({"match": {"method": "POST", "path": "/v1/refunds"}, **refused})
    made = await refund(gateway, sale)
    sandbox.faults()
    assert (made.status, made.reverse_transfer) == (RefundState.SUCCEEDED, False)
    assert held(sandbox, sale.shop.account_id) == {}
    await assert_books_agree(sandbox)


async def test_the_page_says_that_it_went_back(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Over HTTP, in the second after the payment: no word about a Stripe that does not answer."""
    sale = await early(gateway, sandbox)
    await sign_in(client, (await Member.get(id=sale.shop.member_id)).email)
    portal = Portal(client, sale.shop.vendor_id)
    address = f"/vendor/admin/orders/{sale.order.number}"
    assert (await portal.post(f"{address}/refunds", FORM)).status_code == 303
    page = words(await portal.get(address))
    assert "€49.90 went back" in page
    assert "does not answer" not in page


async def test_what_cannot_be_sent_yet_says_why_and_goes_by_itself(
    client: TestClientProtocol, context: Context, sandbox: RunningSandbox
) -> None:
    """Stripe is down: that is what the page says; the job sends it later."""
    sale = await early(context.gateway, sandbox)
    await sign_in(client, (await Member.get(id=sale.shop.member_id)).email)
    portal = Portal(client, sale.shop.vendor_id)
    address = f"/vendor/admin/orders/{sale.order.number}"
    sandbox.breaks("/v1/refunds", "status", status=503)
    assert (await portal.post(f"{address}/refunds", FORM)).status_code == 303
    assert "is sent by itself. Stripe does not answer just now." in words(
        await portal.get(address)
    )
    sandbox.faults()
    await run_jobs(context)
    assert (await Refund.get()).status == RefundState.SUCCEEDED
