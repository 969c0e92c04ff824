"""Who sells, as shoppers read it: the business behind a shop, how it is reached, its VAT number."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.database.raw_sql import fetch
from shared.trade.vendors.seller import SellerDetails


@frozen
class Seller:
    """What a vendor says of its business, and its confirmed VAT number or nothing."""

    details: SellerDetails
    email: str
    vat_number: str


_SELLER = (
    "SELECT v.legal_name, v.seller_address, v.business_phone, v.register_entry,"
    " v.business_email, r.number FROM vendors v"
    " LEFT JOIN vat_registrations r ON r.vendor_id = v.id"
    " AND r.replaced_at IS NULL AND r.confirmed_at IS NOT NULL"
    " WHERE v.id = ? AND v.legal_name <> ''"
)


async def seller_of(vendor_id: int) -> Seller | None:
    """The business behind a shop; None until the vendor has said which it is."""
    for row in await fetch(_SELLER, vendor_id):
        details = SellerDetails(
            row["legal_name"],
            row["seller_address"],
            row["business_phone"],
            row["register_entry"],
        )
        return Seller(details, row["business_email"], row["number"] or "")
    return None
