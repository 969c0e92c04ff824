"""What the platform earns: the shopper's business only where the operator says so, and told truly
to who wants to sell.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.infra.mail.models import Email
from shared.trade.commission import service as fees
from shared.trade.commission.rules import Rule
from shared.trade.marketplace import service
from shared.trade.marketplace.rules import DEFAULTS
from shared.trade.orders.models import Checkout
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.factories import make_ready_vendor
from tests.support.market import confirm, open_shop
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

FEE = re.compile(
    r"[Pp]latform fee|[Cc]ommission|€1\.25|€48\.65"
)  # 2.5 % of €49.90, and the rest


@pytest.mark.parametrize("shown", [False, True], ids=["kept back", "shown"])
async def test_what_the_platform_earns_is_shown_to_shoppers_only_where_the_operator_wants_it(
    client: Any, gateway: Gateway, sandbox: RunningSandbox, shown: bool
) -> None:
    """On every page and in every mail of a purchase: either who gets what, or not a word of it."""
    browser = Browser(client)
    shop = await open_shop(gateway, sandbox)
    await (
        (await Vendor.get(id=shop.vendor_id))
        .update_from_dict({"slug": "lux", "name": "Lux"})
        .save()
    )
    if shown:
        await service.change(replace(DEFAULTS, show_fee_breakdown=True), actor="test")
    product = await browser.get("/shops/lux/cup")
    await browser.add("/shops/lux/cup")
    before = [
        product,
        await browser.get("/shop/basket"),
        await browser.get("/shop/checkout"),
    ]
    path = await browser.check_out()
    payment = await browser.get(path)
    secret = re.search(r'data-client-secret="([^"]+)"', payment)
    assert secret
    await confirm(sandbox, unescape(secret[1]).partition("_secret_")[0])
    token = link_of((await Checkout.get()).token)
    after = [
        await browser.get(f"/shop/{page}{token}")
        for page in ("order-confirmation?order=", "orders/")
    ]

    for page in before:
        assert not FEE.search(words(page))
    for page in (payment, *after):
        said = words(page)
        assert ("Lux €48.65" in said, "Platform fee €1.25" in said) == (shown, shown)
        assert bool(FEE.search(said)) is shown
    mails = await Email.filter(to="ada@example.test").values_list("text", flat=True)
    assert mails
    assert not any(FEE.search(str(mail)) for mail in mails)


async def test_the_public_pages_say_what_vendors_really_pay(client: Any) -> None:
    """One price while there is one; then from what to what, what a new shop pays, and what is by
    agreement.
    """
    browser = Browser(client)
    vendors = [await make_ready_vendor() for _ in range(3)]
    assert "One price: 2.5% of what you sell" in words(await browser.get("/pricing"))
    assert "we take 2.5% of what you sell, and nothing" in words(await browser.get("/"))

    for vendor, rate in zip(vendors, ("10", "3", "2.5"), strict=True):
        await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
            platform_fee_percentage=Decimal(rate)
        )
    said = words(await browser.get("/pricing"))
    assert "One price" not in said
    assert "From 2.5% to 10% of what you sell A new shop pays 2.5%." in said
    assert "today they pay from 3% to 10%." in said
    assert "€97.50" in said
    assert "we take from 2.5% to 10% of what you sell (a new shop pays 2.5%" in words(
        await browser.get("/")
    )

    await fees.add_rule(Rule(Decimal(12), category="Bags"), actor="test")
    await fees.add_rule(
        Rule(Decimal(1), 50, currency="EUR", vendor_id=vendors[0].id),
        actor="test",
    )
    said = words(await browser.get("/pricing"))
    assert "From 1% to 12% of what you sell" in said
    assert "12% on Bags" in said
    assert "today they pay from 1% to 3%, in part with an amount per item." in said

    await Vendor.filter(
        id__in=[
            vendors[0].id,
            vendors[1].id,
        ]
    ).update(is_open=False)  # a closed shop pays nothing
    assert "Rates by agreement" not in words(await browser.get("/pricing"))
