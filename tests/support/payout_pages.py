"""The payout pages of a vendor that has money at the stand-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.trade.people.models import Member
from tests.support.market import Shop
from tests.support.portal import Portal, sign_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway

HOME = "/vendor/admin/payouts"


async def browser(client: TestClientProtocol, shop: Shop) -> Portal:
    """The shop's owner, signed in."""
    await sign_in(client, (await Member.get(id=shop.member_id)).email)
    return Portal(client, shop.vendor_id)


def words(html: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


async def pay_past_us(gateway: Gateway, shop: Shop) -> None:
    """A payout of €10 that we have not heard of."""
    await gateway.payouts.create(
        shop.account_id,
        amount=1000,
        currency="EUR",
        instant=False,
        metadata={},
        key="x",
    )
