"""The business behind a shop as shoppers read it, with its VAT number once that is confirmed."""

from __future__ import annotations

import pytest

from shared.trade.vat.holders import of_vendor
from shared.trade.vat.sellers import Seller, seller_of
from shared.trade.vat.service import state_number
from shared.trade.vendors.seller import SellerDetails, save_seller
from tests.support.factories import make_ready_vendor
from tests.support.storefront import counted
from tests.support.vat import with_number

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]

LUXE = SellerDetails(
    "Atelier Luxe S.à r.l.",
    "12, rue de l’Eau\nL-1449 Luxembourg",
    "+352 26 00 00 12",
    "RCS Luxembourg B000012",
)


async def test_a_business_is_read_with_one_question() -> None:
    """Nothing before the vendor has said it; a number that nobody has confirmed is not shown."""
    await with_number(await make_ready_vendor(), "LU20260743")
    vendor = await make_ready_vendor()
    assert await seller_of(vendor.id) is None

    await save_seller(vendor_id=vendor.id, values=LUXE, actor="test")
    holder = of_vendor(vendor.id)
    await state_number(holder=holder, text="LU26375245", actor="test")
    with counted() as asked:
        found = await seller_of(vendor.id)
    assert found == Seller(LUXE, vendor.business_email, "")
    assert len(asked) == 1


async def test_it_shows_the_number_that_is_in_force() -> None:
    """One that was replaced is not; nor the next before it is confirmed."""
    vendor = await make_ready_vendor()
    await save_seller(vendor_id=vendor.id, values=LUXE, actor="test")
    await with_number(vendor, "LU26375245")
    assert await seller_of(vendor.id) == Seller(
        LUXE, vendor.business_email, "LU26375245"
    )
    await state_number(
        holder=of_vendor(vendor.id),
        text="LU20260743",
        actor="test",
    )
    assert await seller_of(vendor.id) == Seller(LUXE, vendor.business_email, "")
