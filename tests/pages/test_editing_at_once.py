"""Two people save at the same moment, a page does not say what it showed, a third change comes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.service import ProductValues, save_product
from tests.support.disputes import work
from tests.support.editing import opened_form, two_people
from tests.support.factories import make_product
from tests.support.filled import filled
from tests.support.market import open_shop
from tests.support.portal import signed_in
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart import Quart
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.both_engines
async def test_of_two_who_save_at_the_same_moment_one_is_told(
    app: Quart, context: Context, sandbox: RunningSandbox
) -> None:
    """Under the lock one is first; where Stripe is asked in between too, and it keeps to what our
    row says.
    """
    shop = await open_shop(context.gateway, sandbox)
    first, second = await two_people(app, "owner", shop.vendor_id)
    product, schedule = (
        f"/vendor/admin/products/{shop.product_id}",
        "/vendor/admin/payments/schedule",
    )
    plans = [
        {"payout_schedule": name, "minimum_payout": "0"}
        for name in ("daily", "monthly")
    ]
    for action, typed in (
        (product, [{"name": "A mug"}, {"name": "A bowl"}]),
        (schedule, plans),
    ):
        opened = await opened_form(first, action)
        sent = [
            who.post(action, {**opened, **one})
            for who, one in zip((first, second), typed, strict=True)
        ]
        assert sorted(answer.status_code for answer in await asyncio.gather(*sent)) == [
            303,
            409,
        ], action
    await work(context)
    row = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    assert (
        await context.gateway.balance_settings.get(shop.account_id)
    ).interval == row.payout_schedule


async def test_a_page_that_does_not_say_what_it_showed_overwrites_nothing(
    client: TestClientProtocol,
) -> None:
    """One of before an upgrade, or one that somebody made up: what would be changed is told, and
    saving anyway saves it.
    """
    portal = await signed_in(client)
    product = await make_product(await portal.vendor())
    action = f"/vendor/admin/products/{product.id}"
    fields = {**(await opened_form(portal, action)), "name": "A mug"}

    for opened in ("", "[]", "{", '{"name": 1}', "[" * 9000):
        asked = await portal.post(
            action, {**fields, "opened": opened}, htmx="form#product-form"
        )
        text = await asked.get_data(as_text=True)
        assert asked.status_code == 409, opened
        assert "Please look before you save" in text
        assert "<html" not in text
        assert (await Product.get(id=product.id)).name == product.name

    back = filled(f'<form action="{action}">{text}</form>', action)
    assert (await portal.post(action, back)).status_code == 303
    assert (await Product.get(id=product.id)).name == "A mug"


async def test_a_third_change_is_told_as_well_and_the_same_again_is_not(
    client: TestClientProtocol,
) -> None:
    """Saving anyway carries what was there then.

    Saying what is there already overwrites nobody: pressing twice is no conflict.
    """
    portal = await signed_in(client)
    product = await make_product(await portal.vendor())
    action = f"/vendor/admin/products/{product.id}"
    opened = await opened_form(portal, action)
    for _ in range(2):
        assert (
            await portal.post(action, {**opened, "name": "A mug"})
        ).status_code == 303
    told = await portal.post(action, {**opened, "name": "A bowl"})
    text = await told.get_data(as_text=True)
    values = ProductValues(
        name="A jug", price=Money(product.price_amount, "EUR"), stock=None
    )
    await save_product(
        vendor_id=portal.vendor_id,
        product_id=product.id,
        values=values,
        actor="member:424242",
    )

    again = await portal.post(action, filled(text, action))

    assert (told.status_code, again.status_code) == (409, 409)
    assert "Last saved by you" in words(text)
    # Not by whom of its staff.
    assert "Last saved by the marketplace" in words(await again.get_data(as_text=True))
    assert (await Product.get(id=product.id)).name == "A jug"
