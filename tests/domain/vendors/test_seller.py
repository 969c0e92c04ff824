"""The business behind a shop: said once, shown to shoppers, kept by documents as it was."""

from __future__ import annotations

import pytest

from shared.core.errors import Invalid
from shared.finance.statements.invoice_parties import buyer_of
from shared.infra.audit.models import AuditEntry
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.seller import SellerDetails, own_business, save_seller
from tests.support.factories import make_ready_vendor

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]

LUXE = SellerDetails(
    "Atelier Luxe S.à r.l.",
    "12, rue de l’Eau\nL-1449 Luxembourg",
    "+352 26 00 00 12",
    "RCS Luxembourg B000012",
)


async def test_what_is_said_stands_without_blanks_and_once_in_the_trail() -> None:
    """Saved again as it is, nothing happened."""
    vendor = await make_ready_vendor()
    typed = SellerDetails(
        "  Atelier  Luxe S.à r.l. ",
        " 12, rue de l’Eau \n\n L-1449 Luxembourg\n",
        " +352 26  00 00 12",
        "RCS Luxembourg  B000012",
    )
    for _ in range(2):
        await save_seller(vendor_id=vendor.id, values=typed, actor="test")
    assert (await own_business(vendor.id)).details == LUXE
    assert await AuditEntry.filter(action="vendor.seller_changed").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (SellerDetails("  ", LUXE.address), "legal_name"),
        (SellerDetails("x" * 121, LUXE.address), "legal_name"),
        (SellerDetails("Luxe", "somewhere"), "address"),
        (SellerDetails("Luxe", "a\nb\nc\nd\ne"), "address"),
        (SellerDetails("Luxe", "x" * 300 + "\ny"), "address"),
        (SellerDetails("Luxe", LUXE.address, "call me"), "phone"),
    ],
)
async def test_what_no_letter_and_no_call_would_reach_is_refused_at_its_field(
    values: SellerDetails, field: str
) -> None:
    """What stood there before stays."""
    vendor = await make_ready_vendor()
    await save_seller(vendor_id=vendor.id, values=LUXE, actor="test")
    with pytest.raises(Invalid) as refused:
        await save_seller(vendor_id=vendor.id, values=values, actor="test")
    assert refused.value.param == field
    assert (await own_business(vendor.id)).details == LUXE


async def test_documents_name_the_business_or_what_is_known_of_the_shop() -> None:
    """Its name and address by law; before it has said them, the shop and its town."""
    vendor = await make_ready_vendor(city="Luxembourg")
    before = (await buyer_of(vendor)).party
    assert (before.name, before.address) == (vendor.name, ("Luxembourg",))
    await save_seller(vendor_id=vendor.id, values=LUXE, actor="test")
    after = (await buyer_of(await Vendor.get(id=vendor.id))).party
    assert (after.name, after.address) == (LUXE.legal_name, LUXE.lines)
