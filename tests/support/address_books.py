"""A shopper who is signed in, and an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.trade.people import registration
from tests.support.storefront import Browser, text_of

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

HOME = {
    "full_name": "Ada Lovelace",
    "address": "12 rue du Marché",
    "address_extra": "",
    "city": "Luxembourg",
    "postal_code": "1728",
    "country": "LU",
}


async def signed_in(client: TestClientProtocol) -> Browser:
    """A shopper with an account, in their browser."""
    person = {"email": "ada@example.test", "password": "a-long-password"}
    await registration.create_customer(full_name="Ada", confirmed=True, **person)
    browser = Browser(client)
    await browser.get("/shop/account/login")
    answer = await browser.post("/shop/account/login", person)
    assert answer.status_code == 303, await text_of(answer)
    return browser
