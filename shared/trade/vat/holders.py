"""Whose VAT number one is: a vendor's, or that of a shopper who buys for a business."""

from __future__ import annotations

from typing import Any

from shared.core.frozen import frozen
from shared.core.locales import SOURCE
from shared.infra.unit import Transaction
from shared.trade.people.models import Customer
from shared.trade.people.persons import language_of
from shared.trade.vendors.models import Vendor


@frozen
class Holder:
    """A vendor or a shopper, by id; exactly one of the two."""

    vendor_id: int | None = None
    customer_id: int | None = None

    def __post_init__(self) -> None:
        if (self.vendor_id is None) == (self.customer_id is None):
            raise ValueError("a number has one holder")

    @property
    def columns(self) -> dict[str, Any]:
        """The key of a registration of it."""
        if self.vendor_id is not None:
            return {"vendor_id": self.vendor_id}
        return {"customer_id": self.customer_id or 0}

    @property
    def kind(self) -> str:
        """`vendor` or `customer`, as the audit trail names them."""
        return "vendor" if self.vendor_id is not None else "customer"

    @property
    def subject(self) -> str:
        """How the audit trail names it: `vendor:7`."""
        return f"{self.kind}:{self.vendor_id or self.customer_id}"


@frozen
class LockedHolder:
    """A holder, locked, with what its mails need; `country` is empty of a shopper, who states it
    with the number.
    """

    holder: Holder
    name: str
    email: str
    country: str
    language: str = SOURCE


def of_vendor(vendor_id: int) -> Holder:
    """A vendor's own."""
    return Holder(vendor_id=vendor_id)


def of_shopper(customer_id: int) -> Holder:
    """A shopper's."""
    return Holder(customer_id=customer_id)


async def lock_holder(tx: Transaction, holder: Holder) -> LockedHolder:
    """Lock whoever holds a number, so that one registration of it is in force. Raises NotFound."""
    if holder.vendor_id is not None:
        vendor = await tx.lock(Vendor, id=holder.vendor_id)
        return LockedHolder(
            holder,
            vendor.name,
            vendor.business_email,
            vendor.country,
        )
    customer = await tx.lock(Customer, id=holder.customer_id)
    return LockedHolder(
        holder,
        customer.full_name,
        customer.email,
        "",
        language_of(customer),
    )
