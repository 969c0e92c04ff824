"""A closed shop says that it is closed, and until when; what was ordered goes on."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.errors import Invalid
from shared.infra.audit.models import AuditEntry
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.orders.models import Order
from shared.trade.vendors import service as vendors
from shared.trade.vendors.jobs import open_again
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.factories import make_order, make_product, make_ready_vendor
from tests.support.portal import signed_in
from tests.support.storefront import ADDRESS, Browser, htmx, text_of, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

TODAY = datetime(2026, 11, 28, 12, tzinfo=UTC)
UNTIL = date(2027, 1, 12)


def now(at: datetime) -> AbstractContextManager[None]:
    """The clock stands at this moment inside the block."""
    return clock.use(lambda: at)


async def test_its_pages_say_so_and_until_when(client: TestClientProtocol) -> None:
    """The shop's page and each product's answer 200; a search engine keeps the address only where a
    day is named.
    """
    vendor = await make_ready_vendor(slug="lux", name="Lux")
    await make_product(vendor, slug="cup", name="Cup")
    await make_product(vendor, slug="secret", is_published=False)
    browser = Browser(client)
    for until, said in (
        (None, "Lux is closed for now."),
        (UNTIL, "Lux is closed and opens again on 12 January 2027."),
    ):
        with now(TODAY):
            await vendors.close_shop(vendor_id=vendor.id, until=until, actor="member:1")
            for path in ("/shops/lux", "/shops/lux?q=cup", "/shops/lux/cup"):
                html = await browser.get(path)
                assert said in words(html), path
                assert ('name="robots" content="noindex"' in html) == (until is None)
                assert "Add to basket" not in html
    assert "Cup cannot be bought" in words(await browser.get("/shops/lux/cup"))
    for unknown in ("/shops/lux/secret", "/shops/lux/no-such-thing", "/shops/nobody"):
        await browser.get(unknown, status=404)
    assert "Lux" not in words(await browser.get("/vendors"))


async def test_nothing_goes_into_a_basket_and_the_basket_says_why(
    client: TestClientProtocol,
) -> None:
    """By a page that was open before; what lay in the basket stays there, and cannot be checked
    out.
    """
    vendor = await make_ready_vendor(slug="lux", name="Lux")
    await make_product(vendor, slug="cup", name="Cup")
    browser = Browser(client)
    await browser.add("/shops/lux/cup")
    with now(TODAY):
        await vendors.close_shop(vendor_id=vendor.id, until=UNTIL, actor="member:1")
    for headers in ({}, htmx("added")):
        refused = await browser.post("/shops/lux/cup", {"quantity": 1}, headers)
        assert refused.status_code == 409
        assert "Lux is closed and opens again on 12 January 2027." in await text_of(
            refused
        )
    basket = words(await browser.get("/shop/basket"))
    assert (
        "Lux is closed and opens again on 12 January 2027. Your basket is kept."
        in basket
    )
    assert (await browser.client.get("/shop/checkout")).location == "/shop/basket"
    sent = await browser.post(
        "/shop/checkout", ADDRESS
    )  # by a form that was open before
    assert sent.status_code == 409
    assert "Lux is closed and opens again on 12 January 2027." in await text_of(sent)
    assert not await Order.exists()


async def test_the_link_of_an_old_order_works(client: TestClientProtocol) -> None:
    """And so does every link on it."""
    vendor = await make_ready_vendor(slug="lux", name="Lux")
    order = await make_order(vendor)
    await order.fetch_related("checkout")
    await vendors.close_shop(vendor_id=vendor.id, actor="member:1")
    browser = Browser(client)
    html = await browser.get(f"/shop/orders/{link_of(order.checkout.token)}")
    assert order.number in html
    assert 'href="/shops/lux"' in html
    await browser.get("/shops/lux")


class TestTheVendorsForm:
    """Close, name a day, open."""

    async def test_close_until_a_day_and_change_it(
        self, client: TestClientProtocol
    ) -> None:
        """The page asks, the home page tells, the day can be changed and taken away."""
        portal = await signed_in(client)
        with now(TODAY):
            assert "Close your shop?" in words(
                await portal.get("/vendor/admin/shop/close")
            )
            await portal.post(
                "/vendor/admin/shop", {"is_open": "no", "until": "2027-01-12"}
            )
            assert "opens again on 12 January 2027" in words(
                await portal.get("/vendor/admin")
            )
            page = await portal.get("/vendor/admin/shop/close")
            assert 'value="2027-01-12"' in page
            await portal.post("/vendor/admin/shop", {"is_open": "no", "until": ""})
            assert (await portal.vendor()).closed_until is None
            assert "is closed for now." in words(await portal.get("/vendor/admin"))
            await portal.post(
                "/vendor/admin/shop", {"is_open": "no", "until": "2027-01-12"}
            )
            await portal.post("/vendor/admin/shop", {"is_open": "yes"})
        vendor = await portal.vendor()
        assert (vendor.is_open, vendor.closed_until) == (True, None)

    @pytest.mark.one_engine
    @pytest.mark.parametrize(
        "typed", ["2026-11-28", "2020-01-01", "2031-01-01", "soon", "9999-99-99"]
    )
    async def test_a_day_that_cannot_be(
        self, client: TestClientProtocol, typed: str
    ) -> None:
        """A sentence at the field, what was typed, and the shop still open."""
        portal = await signed_in(client)
        with now(TODAY):
            answer = await portal.post(
                "/vendor/admin/shop", {"is_open": "no", "until": typed}
            )
        text = await answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert f'value="{typed}"' in text
        assert "until-error" in text
        assert (await portal.vendor()).is_open


async def test_it_opens_by_itself_on_its_day(database: str) -> None:
    """On the day of the marketplace's time zone, once; a shop without a day stays closed."""
    await MarketplaceSettings.create(id=1, time_zone="Europe/Luxembourg")
    dated, undated = await make_ready_vendor(), await make_ready_vendor()
    with now(TODAY):
        await vendors.close_shop(vendor_id=dated.id, until=UNTIL, actor="member:1")
        await vendors.close_shop(vendor_id=undated.id, actor="member:1")
    for at, is_open in (
        (datetime(2027, 1, 11, 22, 59, tzinfo=UTC), False),
        (datetime(2027, 1, 11, 23, tzinfo=UTC), True),
    ):
        with now(at):
            for _ in range(2):
                await open_again.run(None, {})  # type: ignore[arg-type]
        assert (await Vendor.get(id=dated.id)).is_open is is_open
        assert not (await Vendor.get(id=undated.id)).is_open
    assert (
        await AuditEntry.filter(action="vendor.shop_opened", actor="system").count()
        == 1
    )


@pytest.mark.one_engine
async def test_the_service_refuses_such_days_too(database: str) -> None:
    """Today is too late, two years are the most."""
    vendor = await make_ready_vendor()
    with now(TODAY):
        for until in (date(2026, 11, 28), date(2028, 11, 28)):
            with pytest.raises(Invalid):
                await vendors.close_shop(
                    vendor_id=vendor.id, until=until, actor="member:1"
                )
        tomorrow = date(2026, 11, 29)
        await vendors.close_shop(vendor_id=vendor.id, until=tomorrow, actor="member:1")
