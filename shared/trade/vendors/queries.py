"""What pages and the API may know of vendors: frozen read models, one query each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from shared.core.frozen import frozen
from shared.infra.database.chunks import chunks
from shared.infra.database.raw_sql import Record, fetch, row_of
from shared.trade.commission.pricing import Payer
from shared.trade.vendors.errors import ShopNotFound
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.rules import VatScheme
from shared.trade.vendors.terms import SellingTerms, terms_of, terms_of_record


@frozen
class VendorView:
    """A vendor as shoppers may see it."""

    id: int
    slug: str
    name: str
    tagline: str
    description: str
    country: str
    city: str
    brand_color: str
    logo: str
    cover: str
    ships_in_days: int
    is_open: bool
    closed_until: date | None
    accepts_payments: bool
    currency: str
    vat_scheme: VatScheme = VatScheme.UNSAID
    postal_code: str = ""
    legal_name: str = ""
    seller_address: str = ""
    business_email: str = ""


@frozen
class VendorContact:
    """Where the vendor's own people are reached; not for shoppers."""

    vendor_id: int
    name: str
    email: str
    phone: str
    country: str


def vendor_view(vendor: Vendor) -> VendorView:
    """The read model of a row that was loaded together with its payment config."""
    return view_at(vendor, terms_of(vendor))


def view_at(vendor: Vendor, terms: SellingTerms | None) -> VendorView:
    """The read model of a row and of what it sells at."""
    return VendorView(
        id=vendor.id,
        slug=vendor.slug,
        name=vendor.name,
        tagline=vendor.tagline,
        description=vendor.description,
        country=vendor.country,
        city=vendor.city,
        brand_color=vendor.brand_color,
        logo=vendor.logo,
        cover=vendor.cover,
        ships_in_days=vendor.ships_in_days,
        is_open=vendor.is_open,
        closed_until=vendor.closed_until,
        accepts_payments=terms is not None and terms.accepts_payments,
        currency=terms.currency if terms else "EUR",
        vat_scheme=VatScheme(vendor.vat_scheme),
        postal_code=vendor.postal_code,
        legal_name=vendor.legal_name,
        seller_address=vendor.seller_address,
        business_email=vendor.business_email,
    )


def view_in(record: Record) -> VendorView:
    """The read model of a record that has the columns of a vendor and of its config (`v`, `c`)."""
    return view_at(row_of(Vendor, "v", record), terms_of_record(record))


async def _one(**where: object) -> VendorView:
    vendor = await Vendor.filter(**where).select_related("payment_config").first()
    if vendor is None:
        raise ShopNotFound
    return vendor_view(vendor)


async def vendor_by_slug(slug: str) -> VendorView:
    """The vendor of this address part. Raises NotFound."""
    return await _one(slug=slug)


async def open_vendor(slug: str) -> VendorView | None:
    """The open shop of this address part, if there is one."""
    query = Vendor.filter(slug=slug, is_open=True).select_related("payment_config")
    vendor = await query.first()
    return None if vendor is None else vendor_view(vendor)


async def vendors_by_ids(vendor_ids: Collection[int]) -> list[VendorView]:
    """The vendors of these ids. One query for each 500."""
    found: list[VendorView] = []
    for some in chunks(vendor_ids):
        rows = Vendor.filter(id__in=some).select_related("payment_config")
        found += [vendor_view(row) for row in await rows.order_by("id")]
    return found


async def vendor_by_id(vendor_id: int) -> VendorView:
    """The vendor of this id. Raises NotFound."""
    return await _one(id=vendor_id)


# Vendors without a rule of their own differ by currency and percentage alone: one is enough.
_PAYERS = (
    "SELECT MIN(v.id) AS id, c.currency, c.platform_fee_percentage AS percentage FROM vendors v"
    " JOIN vendor_payment_configs c ON c.vendor_id = v.id"
    " LEFT JOIN (SELECT DISTINCT vendor_id FROM fee_rules WHERE is_active) own"
    " ON own.vendor_id = v.id"
    " WHERE v.is_open GROUP BY own.vendor_id, c.currency, c.platform_fee_percentage ORDER BY id"
)


async def fee_payers() -> tuple[Payer, ...]:
    """Open shops with the percentage that they pay where no rule says otherwise: each that has a
    rule of its own, and of the others one for each percentage and currency.
    """
    return tuple(
        Payer(
            int(record["id"]),
            str(record["currency"]),
            Decimal(str(record["percentage"])),
        )
        for record in await fetch(_PAYERS)
    )


async def vendor_contact(vendor_id: int) -> VendorContact:
    """Where to reach the vendor's own people. Raises NotFound."""
    row = await Vendor.get_or_none(id=vendor_id)
    if row is None:
        raise ShopNotFound
    return VendorContact(
        row.id,
        row.name,
        row.business_email,
        row.business_phone,
        row.country,
    )
