"""A dispute that several vendors share, on pages: each vendor's part, and the marketplace's one
answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.disputes.models import Dispute
from shared.trade.orders.models import Order
from shared.trade.people.models import Member
from shared.trade.vendors.models import Vendor
from tests.support.disputes import shared_dispute
from tests.support.market import open_shop
from tests.support.money import stripe_get
from tests.support.portal import Portal, operator_in, sign_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
MINE, ALL = "/vendor/admin/disputes", "/operator/disputes"


@pytest.fixture
async def shops(context: Context, sandbox: RunningSandbox) -> list[Shop]:
    """Two shops whose one sale is disputed."""
    found = [await open_shop(context.gateway, sandbox) for _ in range(2)]
    await shared_dispute(context, sandbox, found)
    return found


async def _of(shop: Shop) -> Dispute:
    return await Dispute.get(vendor_id=shop.vendor_id)


async def _vendor_in(client: TestClientProtocol, shop: Shop) -> Portal:
    await sign_in(client, (await Member.get(id=shop.member_id)).email)
    return Portal(client, shop.vendor_id)


async def _written(client: TestClientProtocol, shop: Shop, text: str) -> None:
    portal, row = await _vendor_in(client, shop), await _of(shop)
    answer = await portal.post(
        f"{MINE}/{row.id}/evidence", {"uncategorized_text": text}
    )
    assert answer.location == f"{MINE}/{row.id}/preview"
    await portal.get(answer.location)
    version = (await Dispute.get(id=row.id)).evidence_version
    answer = await portal.post(f"{MINE}/{row.id}/submit", {"version": str(version)})
    assert answer.location == f"{MINE}/{row.id}"


async def test_a_vendor_reads_that_it_writes_a_part_until_when_and_hands_it_in(
    client: TestClientProtocol, shops: list[Shop]
) -> None:
    """It may not accept the loss, and then has nothing more to do."""
    row = await _of(shops[0])
    portal = await _vendor_in(client, shops[0])
    page = words(await portal.get(f"{MINE}/{row.id}"))
    for part in ("Your part of one answer", "Your part by", "The bank waits until"):
        assert part in page
    assert "Accept the loss" not in page
    await _written(client, shops[0], "It arrived.")
    page = words(await portal.get(f"{MINE}/{row.id}"))
    assert "Your part is with the marketplace" in page
    assert "It arrived." in page
    assert "Save and read it through" not in page
    assert "needs your answer" not in words(await portal.get("/vendor/admin"))
    answer = await portal.post(
        f"{MINE}/{row.id}/evidence", {"uncategorized_text": "Other"}
    )
    assert answer.status_code == 409
    assert (await _of(shops[0])).evidence["uncategorized_text"] == "It arrived."


async def test_no_vendor_reads_or_changes_anothers_part(
    client: TestClientProtocol, shops: list[Shop]
) -> None:
    """Nothing of the other's stands on its pages; the other's addresses are not found."""
    await _written(client, shops[1], "A secret of the second shop.")
    theirs, mine = await _of(shops[1]), await _of(shops[0])
    portal = await _vendor_in(client, shops[0])
    page = await portal.get(f"{MINE}/{mine.id}")
    assert "A secret" not in page
    assert (await Order.get(id=theirs.order_id)).number not in page
    assert (await Vendor.get(id=theirs.vendor_id)).slug not in page
    for way, path in (
        ("GET", ""),
        ("GET", "/preview"),
        ("GET", "/receipt.pdf"),
        ("GET", "/documents/1"),
    ):
        assert (await portal.send(way, f"{MINE}/{theirs.id}{path}")).status_code == 404
    for path in ("evidence", "submit", "accept"):
        answer = await portal.post(f"{MINE}/{theirs.id}/{path}", {"version": "1"})
        assert answer.status_code == 404
    answer = await portal.post(f"{ALL}/{mine.id}/submit", {"version": "1"})
    assert answer.status_code in (303, 403, 404)
    assert (await _of(shops[0])).submitted_at is None


async def test_the_operator_reads_all_parts_and_hands_the_one_answer_in(
    client: TestClientProtocol, sandbox: RunningSandbox, shops: list[Shop]
) -> None:
    """As the bank will read it; what changed since is told."""
    await _written(client, shops[0], "The first arrived.")
    row = await _of(shops[0])
    operator = await operator_in(client)
    page = words(await operator.get(f"{ALL}/{row.id}"))
    for shop in shops:
        order = await Order.get(vendor_id=shop.vendor_id)
        assert order.number in page
        assert (await Vendor.get(id=shop.vendor_id)).name in page
    for part in ("What the bank reads", "The first arrived.", "Writing"):
        assert part in page
    answer = await operator.post(f"{ALL}/{row.id}/submit", {"version": "99"})
    assert "changed in the meantime" in words(await operator.get(answer.location))
    assert (await _of(shops[0])).submitted_at is None
    version = (await _of(shops[0])).evidence_version
    answer = await operator.post(f"{ALL}/{row.id}/submit", {"version": str(version)})
    assert "The answer is with the bank" in words(await operator.get(answer.location))
    there = stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")
    assert there["status"] == "under_review"
    assert there["evidence"]["uncategorized_text"].endswith("The first arrived.")


async def test_the_operator_accepts_the_loss_for_all(
    client: TestClientProtocol, sandbox: RunningSandbox, shops: list[Shop]
) -> None:
    """Pressing twice is told."""
    row = await _of(shops[1])
    operator = await operator_in(client)
    assert "Accept the loss" in await operator.get(f"{ALL}/{row.id}")
    answer = await operator.post(f"{ALL}/{row.id}/accept")
    assert "The loss is accepted" in words(await operator.get(answer.location))
    assert {each.status for each in await Dispute.all()} == {"lost"}
    answer = await operator.post(f"{ALL}/{row.id}/accept")
    assert "no longer be answered" in words(await operator.get(answer.location))
    there = stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")
    assert there["status"] == "lost"
