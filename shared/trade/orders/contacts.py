"""Who ordered and where it goes, as a checkout keeps it."""

from __future__ import annotations

from typing import Any

from shared.core.frozen import frozen
from shared.trade.orders.addresses import town_line
from shared.trade.orders.billing import BillingAddress, billing_in
from shared.trade.orders.models import Checkout
from shared.trade.people.rules import is_no_address


@frozen
class Contact:
    """Who ordered and where it goes."""

    email: str
    full_name: str
    address: str
    address_extra: str
    city: str
    postal_code: str
    country: str
    state: str = ""
    phone: str = ""
    billing: BillingAddress | None = None  # None: the bill goes where the parcel goes

    def stored(self) -> dict[str, Any]:
        """As a checkout keeps it, by its columns."""
        billing = self.billing.stored() if self.billing else None
        return {**vars(self), "billing": billing}

    @property
    def is_gone(self) -> bool:
        """Whether its shopper deleted the account: no mail reaches anybody."""
        return is_no_address(self.email)

    @property
    def lines(self) -> tuple[str, ...]:
        """The address as on a label, without name and country."""
        town = town_line(
            city=self.city,
            postal_code=self.postal_code,
            state=self.state,
            country=self.country,
        )
        return tuple(line for line in (self.address, self.address_extra, town) if line)

    @property
    def line(self) -> str:
        """Where it goes, on one line."""
        return ", ".join((self.full_name, *self.lines))


def contact_of(checkout: Checkout) -> Contact:
    """The contact that a checkout holds."""
    return Contact(
        checkout.email,
        checkout.full_name,
        checkout.address,
        checkout.address_extra,
        checkout.city,
        checkout.postal_code,
        checkout.country,
        checkout.state,
        checkout.phone,
        billing_in(checkout.billing),
    )
