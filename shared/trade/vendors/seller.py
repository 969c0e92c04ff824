"""Who a vendor is by law: what shoppers, invoices and authorities read of the business behind a
shop (directives 2011/83/EU, article 6, and 2006/112/EC, article 226 (5)).
"""

from __future__ import annotations

from shared.core.editing import Look, unseen
from shared.core.formats import country
from shared.core.frozen import frozen
from shared.core.typed import phone_number
from shared.infra import unit
from shared.trade.vendors.errors import (
    SellerAddressUnfit,
    SellerNameLacking,
    SellerPhoneUnfit,
)
from shared.trade.vendors.models import Vendor

MOST_NAME, MOST_ADDRESS, MOST_LINES, MOST_REGISTER = 120, 300, 4, 120


@frozen
class SellerDetails:
    """What a vendor says of its business. `address`: as on a letter, a line each, without name and
    country; `register`: which one, and under which number.
    """

    legal_name: str = ""
    address: str = ""
    phone: str = ""
    register: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The address line by line."""
        return tuple(self.address.splitlines())


@frozen
class SellerLine:
    """Whom a contract is with, as a mail says it in one line; without an address where the vendor
    has said none.
    """

    name: str
    address: str
    country: str
    email: str

    def __str__(self) -> str:
        """In the language spoken here."""
        place = [*self.address.splitlines(), country(self.country)]
        return ", ".join((self.name, *place, self.email))


def seller_line(vendor: Vendor) -> SellerLine:
    """The same of a vendor's row."""
    return SellerLine(
        vendor.legal_name or vendor.name,
        vendor.seller_address,
        vendor.country,
        vendor.business_email,
    )


@frozen
class OwnBusiness:
    """The same as the vendor's own people see it: with the shop that shows it, and its email."""

    shop: str
    email: str
    details: SellerDetails


async def own_business(vendor_id: int) -> OwnBusiness:
    """What a vendor has said; empty where it has not."""
    row = await Vendor.get(id=vendor_id)
    return OwnBusiness(row.slug, row.business_email, details_of(row))


def details_of(row: Vendor) -> SellerDetails:
    """What the row of a vendor says."""
    return SellerDetails(
        row.legal_name,
        row.seller_address,
        row.business_phone,
        row.register_entry,
    )


async def save_seller(
    *,
    vendor_id: int,
    values: SellerDetails,
    actor: str,
    look: Look[SellerDetails] = unseen,
) -> None:
    """Be this business from now on; documents that were issued keep what they say.

    Raises SellerNameLacking, SellerAddressUnfit, SellerPhoneUnfit, and what `look` does.
    """
    told = _checked(values)
    async with unit.transaction() as tx:
        row = await tx.lock(Vendor, id=vendor_id)
        before = details_of(row)
        await look(before)
        if told == before:
            return
        row.legal_name, row.seller_address = told.legal_name, told.address
        row.business_phone, row.register_entry = told.phone, told.register
        await row.save(
            update_fields=[
                "legal_name",
                "seller_address",
                "business_phone",
                "register_entry",
            ]
        )
        tx.record(
            "vendor.seller_changed",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
            before=vars(before),
            after=vars(told),
        )


def _checked(values: SellerDetails) -> SellerDetails:
    name = " ".join(values.legal_name.split())
    if not name or len(name) > MOST_NAME:
        raise SellerNameLacking(param="legal_name")
    register = " ".join(values.register.split())[:MOST_REGISTER]
    return SellerDetails(
        name,
        tidy_address(values.address),
        tidy_phone(values.phone),
        register,
    )


def tidy_address(text: str) -> str:
    """An address without empty lines and blanks around them. Raises SellerAddressUnfit."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    address = "\n".join(lines)
    if not 2 <= len(lines) <= MOST_LINES or len(address) > MOST_ADDRESS:
        raise SellerAddressUnfit(param="address", most=MOST_LINES)
    return address


def tidy_phone(text: str) -> str:
    """A phone number in plain signs, or none. Raises SellerPhoneUnfit."""
    if not text.strip():
        return ""
    phone = phone_number(text)
    if phone is None:
        raise SellerPhoneUnfit(param="phone")
    return phone
