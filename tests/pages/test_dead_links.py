"""A mailed link that opens nothing says so, offers the next step, and names whom to ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shared.trade.marketplace.identity import MarketIdentity
from shared.trade.marketplace.presentation import introduce
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = [pytest.mark.usefixtures("database")]

ASKED = "hello@hall.test"
STEPS = [
    ("/account/reset/gone", "/shop/account/forgot", "New link for shoppers"),
    ("/account/reset/gone", "/vendor/forgot", "New link for shops"),
    ("/account/email/gone", "/shop/account/login", "another link sent there"),
    ("/shop/orders/gone", "/shop/account", "the whole link is needed"),
]


@pytest.mark.parametrize(("path", "next_step", "said"), STEPS)
async def test_a_dead_link_leads_on(
    client: TestClientProtocol, path: str, next_step: str, said: str
) -> None:
    """What happened, the next step, and the marketplace's own address."""
    reached = replace(MarketIdentity(), contact_email=ASKED)
    await introduce(reached, actor="test")
    html = await Browser(client).get(path, status=404)
    assert f'href="{next_step}"' in html
    assert f'href="mailto:{ASKED}"' in html
    assert said in words(html)
    assert "Does that not help?" in words(html)


@pytest.mark.parametrize("path", sorted({path for path, _, _ in STEPS}))
async def test_nobody_is_named_who_has_not_told_an_address(
    client: TestClientProtocol, path: str
) -> None:
    """The next step stands there all the same."""
    html = await Browser(client).get(path, status=404)
    assert "Does that not help?" not in html
    assert "mailto:" not in html


async def test_another_missing_page_says_nothing_of_orders(
    client: TestClientProtocol,
) -> None:
    """Only links to orders are told to be opened from the mail again."""
    html = await Browser(client).get("/nowhere", status=404)
    assert "the whole link is needed" not in html
