"""The staff takes a product off sale; its shop reads why, and cannot publish it meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.infra.audit.models import AuditEntry
from shared.infra.mail.models import Email
from shared.trade.catalogue.models import Product
from tests.support.factories import make_product, make_variants
from tests.support.portal import operator_in, signed_in
from tests.support.storefront import Browser, text_of

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = pytest.mark.usefixtures("database")
HERE = "/operator/products"
WHY = "It has no CE mark: regulation 2009/48."


async def test_nobody_buys_what_was_taken_off_until_it_is_let_back(
    client: TestClientProtocol,
) -> None:
    """Regulation 2022/2065, article 17: its shop gets the reason and what it can do."""
    owner = await signed_in(client)
    vendor = await owner.vendor()
    bear = await make_product(vendor, slug="bear", name="Bear")
    offer, form = f"/shops/{vendor.slug}/bear", f"/vendor/admin/products/{bear.id}"
    staff = await operator_in(client.app.test_client())
    told = {"address": f"https://shop.example{offer}?variant=1", "reason": WHY}
    assert (await staff.post(HERE, told)).status_code == 303
    assert WHY in await staff.get(HERE)
    await Browser(client).get(offer, status=404)
    for page in ("/vendor/admin/products", form):
        assert "Taken off sale" in await owner.get(page)
    assert WHY in await owner.get(form)
    mail = await Email.get(kind="product_taken_off")
    assert (mail.to, WHY in mail.text) == (vendor.business_email, True)

    values = {"name": "Bear", "price": "5.00", "stock": "3", "slug": "bear"}
    refused = await owner.post(form, {**values, "is_published": "y"})
    assert refused.status_code == 409
    assert f"took it off sale: {WHY}" in await text_of(refused)
    assert (await owner.post(form, values)).status_code == 303

    for _twice in range(2):
        await staff.post(f"{HERE}/{bear.id}/release", {})
    assert await Email.filter(kind="product_put_back").count() == 1
    await owner.post(form, {**values, "is_published": "y"})
    assert "Taken off sale" not in await owner.get(form)
    await Browser(client).get(offer)
    done = AuditEntry.filter(action__startswith="product.").order_by("id")
    acts = [act async for act in done]
    assert {"product.taken_off", "product.put_back"} <= {each.action for each in acts}


async def test_its_variants_go_with_it_and_an_address_must_be_one(
    client: TestClientProtocol,
) -> None:
    """What is typed wrong is told at its field."""
    owner = await signed_in(client)
    vendor = await owner.vendor()
    await make_variants(vendor, slug="shirt")
    staff = await operator_in(client.app.test_client())
    wrong = await staff.post(HERE, {"address": "/shops/none/shirt", "reason": WHY})
    assert wrong.status_code == 422
    assert "No product has this address." in await text_of(wrong)
    lacking = await staff.post(HERE, {"address": "/shops/none/shirt", "reason": ""})
    assert lacking.status_code == 422
    await staff.post(HERE, {"address": f"/shops/{vendor.slug}/shirt", "reason": WHY})
    assert await Product.filter(is_published=True).count() == 0
