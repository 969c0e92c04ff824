"""What vendors are to get of a payment that several share, and cannot yet: operators read it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_order, make_payment, make_ready_vendor
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = [pytest.mark.usefixtures("database")]


async def test_the_operator_reads_whose_account_can_receive_nothing(
    client: TestClientProtocol,
) -> None:
    """With order and share; what is on its way, or has arrived, is not among it."""
    portal = await operator_in(client)
    page = words(await portal.get("/operator/receivables"))
    assert "Waiting for vendors’ accounts" not in page
    order = await make_order(await make_ready_vendor(name="Atelier"))
    payment = await make_payment(
        order,
        status="succeeded",
        intent_key="purchase:MH-1:pay:1",
        stripe_charge_id="ch_1",
        paid_at=clock.now() - timedelta(hours=1),
    )
    page = words(await portal.get("/operator/receivables"))
    assert "Waiting for vendors’ accounts" in page
    assert f"Atelier {order.number}" in page
    assert "€48.66" in page
    home = words(await portal.get("/operator"))
    assert "1 transfer waits for its vendor’s account: €48.66" in home
    for now in ({"paid_at": clock.now()}, {"stripe_transfer_id": "tr_1"}):
        await Payment.filter(id=payment.id).update(**now)
        page = words(await portal.get("/operator/receivables"))
        assert "Waiting for vendors’ accounts" not in page
        assert "transfer waits" not in words(await portal.get("/operator"))
        await Payment.filter(id=payment.id).update(
            paid_at=clock.now() - timedelta(hours=1)
        )


async def test_the_operator_reads_what_of_it_is_taken_back(
    client: TestClientProtocol,
) -> None:
    """A part of the order was given back meanwhile: the claim waits for the transfer."""
    portal = await operator_in(client)
    payment = await _waiting(await make_ready_vendor())
    await Claim.create(
        subject="refund:1",
        vendor_id=payment.vendor_id,
        payment_id=payment.id,
        order_id=payment.order_id,
        currency="EUR",
        amount=1250,
    )
    page = words(await portal.get("/operator/receivables"))
    assert "€48.66 €12.50 of it is taken back when it has arrived" in page
    await Claim.all().update(taken=1250)
    page = words(await portal.get("/operator/receivables"))
    assert "taken back when it has arrived" not in page


async def test_its_vendor_reads_where_its_share_is_and_where_to_look(
    client: TestClientProtocol,
) -> None:
    """On the page of the order; not while it is merely on its way, nor when it has come."""
    portal = await signed_in(client)
    payment = await _waiting(await Vendor.get(id=portal.vendor_id))
    order = await payment.order
    await Order.filter(id=order.id).update(payment_status="paid", status="processing")
    here = f"/vendor/admin/orders/{order.number}"
    said = "Your share waits at the marketplace"
    assert said in words(await portal.get(here))
    for now in ({"paid_at": clock.now()}, {"stripe_transfer_id": "tr_1"}):
        await Payment.filter(id=payment.id).update(**now)
        assert said not in words(await portal.get(here))
        await Payment.filter(id=payment.id).update(
            paid_at=clock.now() - timedelta(hours=1)
        )


async def _waiting(vendor: Vendor) -> Payment:
    order = await make_order(vendor)
    return await make_payment(
        order,
        status="succeeded",
        intent_key="purchase:MH-1:pay:1",
        stripe_charge_id="ch_1",
        paid_at=clock.now() - timedelta(hours=1),
    )
