"""The form of a refund in the portal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shared.trade.people.models import Member
from tests.support.portal import Portal, sign_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from tests.support.refunds import Sold

ORDERS = "/vendor/admin/orders"


AMOUNT = {
    "reach": "amount",
    "amount": "5.00",
    "reason": "requested_by_customer",
    "note": "",
    "seen": "0",
}


async def owner_of(client: TestClientProtocol, sale: Sold) -> Portal:
    """The browser of the shop that sold something."""
    member = await Member.get(id=sale.shop.member_id)
    await sign_in(client, member.email)
    return Portal(client, sale.shop.vendor_id)


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of the second step, as a browser would send them."""
    form = text[text.index('/refunds" class="stack"') :]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


async def body(answer: object) -> str:
    """The text of an answer."""
    text: str = await answer.get_data(as_text=True)  # type: ignore[attr-defined]
    return text
