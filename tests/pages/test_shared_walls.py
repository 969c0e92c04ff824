"""Walls between the vendors of one shared charge: with the other's ids every page, form and use
case says that there is no such thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from shared.core.errors import NotFound
from shared.finance.disputes import attachments, responses, shared_answers
from shared.finance.disputes.models import Dispute, DisputeFile
from shared.finance.disputes.queries import vendor_dispute
from shared.finance.refunds import preview, service
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.trade.messages.models import OrderMessage
from shared.trade.messages.service import answer_the_shopper
from shared.trade.orders import delivery, shipping, tracking
from shared.trade.orders.models import Order
from shared.trade.orders.queries import vendor_order
from shared.trade.people.models import Member
from shared.trade.returns import service as returns
from shared.trade.returns.models import ReturnRequest
from shared.trade.returns.rules import ReturnKind, ReturnReason
from tests.house import routes
from tests.support.disputes import shared_dispute
from tests.support.market import open_shop
from tests.support.portal import Portal, sign_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quart import Quart
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


@dataclass(frozen=True)
class Theirs:
    """Two shops on one charge, and what belongs to the second."""

    mine: Shop
    shop: Shop
    order: Order
    dispute: Dispute
    things: dict[str, str]


@pytest.fixture
async def theirs(context: Context, sandbox: RunningSandbox) -> Theirs:
    """The one charge is disputed; the second shop has written, attached and been asked."""
    mine, other = [await open_shop(context.gateway, sandbox) for _ in range(2)]
    rows = await shared_dispute(context, sandbox, [mine, other])
    dispute = next(row for row in rows if row.vendor_id == other.vendor_id)
    order = await Order.get(id=dispute.order_id)
    await attachments.attach(
        vendor_id=other.vendor_id,
        dispute_id=dispute.id,
        kind="receipt",
        name="receipt.pdf",
        content=b"%PDF-1.4 theirs",
        actor="test",
    )
    asked = await ReturnRequest.create(
        order_id=order.id,
        vendor_id=other.vendor_id,
        kind=ReturnKind.REFUND,
        reason=ReturnReason.DAMAGED,
    )
    file = await DisputeFile.get(dispute_id=dispute.id)
    things = {
        "number": order.number,
        "dispute_id": str(dispute.id),
        "file_id": str(file.id),
        "request_id": str(asked.id),
        "product_id": str(other.product_id),
    }
    return Theirs(mine, other, order, dispute, things)


def _walled(app: Quart) -> list[Any]:
    """The addresses of vendors' pages that name a thing."""
    return [
        rule
        for rule in routes.rules(app)
        if rule.rule.startswith(("/vendor/admin", "/api/v1/vendor"))
        and set(rule.arguments) & {"number", "dispute_id", "product_id"}
    ]


async def test_every_page_and_form_of_a_vendor_knows_nothing_of_the_others_things(
    app: Quart, client: TestClientProtocol, theirs: Theirs
) -> None:
    """Walked over all routes that name an order, a dispute or a product, with the ids of what is
    there; nothing of the other's changes.
    """
    await sign_in(client, (await Member.get(id=theirs.mine.member_id)).email)
    portal = Portal(client, theirs.mine.vendor_id)
    walked = 0
    for rule in _walled(app):
        at = routes.address(rule, theirs.things)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = await portal.send(method, at, {"version": "1"})
            assert answer.status_code == 404, (method, at, answer.status_code)
            walked += 1
    assert walked > 20
    await _nothing_happened(theirs)


async def test_its_own_vendor_gets_them(
    client: TestClientProtocol, theirs: Theirs
) -> None:
    """So it is not that nothing is found at all."""
    await sign_in(client, (await Member.get(id=theirs.shop.member_id)).email)
    portal = Portal(client, theirs.shop.vendor_id)
    for at in (
        f"/vendor/admin/orders/{theirs.order.number}",
        f"/vendor/admin/disputes/{theirs.dispute.id}",
        f"/vendor/admin/disputes/{theirs.dispute.id}/documents/{theirs.things['file_id']}",
    ):
        assert (await portal.send("GET", at)).status_code == 200, at


async def _nothing_happened(theirs: Theirs) -> None:
    order = await Order.get(id=theirs.order.id)
    assert (order.status, order.refunded_amount) == ("processing", 0)
    dispute = await Dispute.get(id=theirs.dispute.id)
    assert (dispute.evidence_version, dispute.submitted_at, dispute.accepted_at) == (
        theirs.dispute.evidence_version + 1,  # the document that is attached
        None,
        None,
    )
    assert await DisputeFile.all().count() == 1
    assert not await OrderMessage.exists()
    assert not await Refund.exists()
    assert (await ReturnRequest.get()).status == "open"


async def test_every_use_case_knows_nothing_of_the_others_things(
    gateway: Gateway, theirs: Theirs
) -> None:
    """Whatever called it."""
    vendor_id, number = theirs.mine.vendor_id, theirs.order.number
    of_order: dict[str, Any] = {"vendor_id": vendor_id, "number": number}
    of_dispute: dict[str, Any] = {
        "vendor_id": vendor_id,
        "dispute_id": theirs.dispute.id,
        "actor": "test",
    }
    parcel: dict[str, Any] = {"carrier": "DHL", "tracking": "1", "actor": "test"}
    some = RefundRequest(Reach.AMOUNT, 100)
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: vendor_order(vendor_id, number),
        lambda: shipping.mark_as_shipped(**of_order, **parcel),
        lambda: shipping.keep_goods(**of_order, actor="test"),
        lambda: delivery.mark_as_delivered(**of_order, actor="test"),
        lambda: tracking.correct_tracking(**of_order, **parcel),
        lambda: answer_the_shopper(**of_order, text="Hello", by="test"),
        lambda: returns.decline(
            **of_order,
            request_id=int(theirs.things["request_id"]),
            answer="No",
            by="test",
        ),
        lambda: preview.refundable(vendor_id, number),
        lambda: preview.preview(gateway, **of_order, wish=some),
        lambda: service.request(
            gateway,
            **of_order,
            wish=some,
            reason="requested_by_customer",
            note="",
            by="test",
        ),
        lambda: vendor_dispute(vendor_id, theirs.dispute.id),
        lambda: responses.save_draft(**of_dispute, texts={"uncategorized_text": "x"}),
        lambda: responses.submit(gateway, **of_dispute, version=1),
        lambda: responses.accept(gateway, **of_dispute),
        lambda: shared_answers.give_part(**of_dispute, version=1),
        lambda: attachments.attach(
            **of_dispute, kind="receipt", name="x.pdf", content=b"%PDF-1.4 x"
        ),
        lambda: attachments.remove(**of_dispute, kind="receipt"),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            await call()
    await _nothing_happened(theirs)
