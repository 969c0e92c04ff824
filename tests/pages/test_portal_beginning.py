"""A vendor that cannot be paid yet reads on every page of the portal what to do about it, and
nothing of failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from tests.support.factories import make_product
from tests.support.portal import signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from tests.support.portal import Portal

pytestmark = [pytest.mark.one_engine]

# Where something of Stripe's or of sales would stand.
PAGES = [
    "",
    "/orders",
    "/products",
    "/payouts",
    "/transactions",
    "/statements",
    "/payments",
]
OTHERS = ["/products/new", "/disputes", "/developers", "/shop/close"]


async def pages(portal: Portal, names: list[str]) -> dict[str, str]:
    return {name: words(await portal.get(f"/vendor/admin{name}")) for name in names}


async def test_before_stripe_is_connected(client: TestClientProtocol) -> None:
    """Connect with Stripe, with the way there; nowhere that Stripe did not answer: nobody asked
    it.
    """
    portal = await signed_in(client)
    await make_product(await portal.vendor())
    for name, text in (await pages(portal, [*PAGES, *OTHERS])).items():
        assert "did not answer" not in text, name
        if name in PAGES:
            assert "Connect with Stripe" in text, name
            assert 'href="/vendor/admin/payments"' in await portal.get(
                f"/vendor/admin{name}"
            ), name
    assert "Available now" not in await portal.get("/vendor/admin/payouts")


async def test_when_payments_have_stopped(client: TestClientProtocol) -> None:
    """An account that takes none, not yet or no longer: see what to do, and not "connect" again."""
    portal = await signed_in(client)
    await make_product(await portal.vendor())
    mine = VendorPaymentConfig.filter(vendor_id=portal.vendor_id)
    await mine.update(
        stripe_account_id="acct_stopped", stripe_account_status="restricted"
    )
    for name, text in (
        await pages(portal, ["/orders", "/products", "/transactions", "/statements"])
    ).items():
        assert "You cannot take payments at the moment" in text, name
        assert "Connect with Stripe" not in text, name
