"""A shop to buy at, and a browser on its way through the checkout."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor
from tests.support.market import Shop, open_shop
from tests.support.storefront import (
    Browser,
    words,
)


@pytest.fixture
def browser(client: Any) -> Browser:
    return Browser(client)


@pytest.fixture
async def lux(gateway: Any, sandbox: Any) -> Shop:
    """A vendor with an account at the stand-in and cups at €49.90."""
    shop = await open_shop(gateway, sandbox)
    await (
        (await Vendor.get(id=shop.vendor_id))
        .update_from_dict({"slug": "lux", "name": "Lux"})
        .save()
    )
    return shop


async def ready(slug: str = "lux") -> None:
    """A vendor that says it takes payments, for tests that never reach Stripe."""
    await make_product(
        await make_ready_vendor(slug=slug, name="Lux"), slug="cup", name="Cup", stock=5
    )


def intent_of(html: str) -> str:
    """The intent whose client secret the page carries."""
    secret = re.search(r'data-client-secret="([^"]+)"', html)
    assert secret, words(html)
    return unescape(secret[1]).partition("_secret_")[0]


async def to_payment(browser: Browser, quantity: int = 1) -> tuple[str, str]:
    """Add, check out, open the payment page: its address and its HTML."""
    await browser.add("/shops/lux/cup", quantity)
    path = await browser.check_out()
    return path, await browser.get(path)


def confirmation_of(path: str) -> str:
    return f"/shop/order-confirmation?order={path.rpartition('/')[2]}"
