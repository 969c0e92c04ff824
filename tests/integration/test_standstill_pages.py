"""While nobody has looked at a restore: what the pages say, and how the operator lets money move again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared import clock
from shared.orders.models import Order
from shared.restoring.models import Restoration
from shared.vendors.models import Vendor
from tests.support.market import open_shop
from tests.support.portal import operator_in
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.gateway.seam import Gateway
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


async def test_the_operator_ends_it_after_both_looks_and_not_before(client: TestClientProtocol) -> None:
    """Fetch, compare, let go; pressed too early nothing moves, pressed twice it is once."""
    row = await Restoration.create(backup_made_at=clock.now(), source="one.zip")
    staff = await operator_in(client)
    home, page, end = "/operator", "/operator/restored", "/operator/restored/acknowledge"
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
