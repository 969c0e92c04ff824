"""What a vendor typed on the page of an order stays there when it could not be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.infra.mail.models import Email
from shared.trade.orders.models import Order
from shared.trade.orders.shipping import mark_as_shipped
from shared.trade.returns.models import ReturnRequest
from shared.trade.returns.rules import ReturnKind, ReturnReason
from shared.trade.returns.service import WantedReturn, ask
from tests.support.order_messages import sold_by
from tests.support.portal import signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol


@pytest.mark.parametrize(
    ("where", "field", "most", "typed"),
    [
        ("messages", "text", 2000, {}),
        ("returns/{request}/decline", "answer", 500, {}),
        ("tracking", "tracking_number", 80, {"carrier": "Snail post"}),
        ("tracking", "carrier", 60, {"tracking_number": "1Z999"}),
    ],
)
async def test_a_text_that_is_too_long_is_kept_and_its_field_says_so(
    client: TestClientProtocol, where: str, field: str, most: int, typed: dict[str, str]
) -> None:
    """The part of the page that it is in is open, and nothing is changed or sent."""
    portal = await signed_in(client)
    order = await sold_by(portal)
    await mark_as_shipped(
        vendor_id=order.vendor_id,
        number=order.number,
        carrier="DHL",
        tracking="1",
        actor="member:1",
    )
    wanted = WantedReturn(ReturnKind.REFUND, ReturnReason.DAMAGED, "", {})
    request = await ask(order_id=order.id, wanted=wanted, by="guest")
    here = f"/vendor/admin/orders/{order.number}"
    mails = await Email.all().count()
    long = "W" * (most + 1)
    answer = await portal.post(
        f"{here}/{where.format(request=request)}", {**typed, field: long}
    )
    text = await answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"Use at most {most} characters." in text
    assert long in text
    for other in typed.values():
        assert other in text
    assert text.count('<details class="more" open>') == 1
    assert await Email.all().count() == mails
    assert (await ReturnRequest.get()).status == "open"
    assert (await Order.get(id=order.id)).tracking_number == "1"
