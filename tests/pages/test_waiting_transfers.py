"""What vendors are to get of a payment that several share, and cannot yet: operators read it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.payments.models import Payment
from tests.support.factories import make_order, make_payment, make_ready_vendor
from tests.support.portal import operator_in
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
