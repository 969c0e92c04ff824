"""To whom a purchase is billed, where that is another address than the parcel's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core.frozen import frozen
from shared.trade.orders.addresses import town_line

_NAMES = (
    "full_name",
    "company",
    "address",
    "city",
    "postal_code",
    "state",
    "country",
)


@frozen
class BillingAddress:
    """A name, a company where it is one's, and an address; `country` is its ISO 3166-1 code."""

    full_name: str
    company: str
    address: str
    city: str
    postal_code: str
    state: str
    country: str

    @property
    def lines(self) -> tuple[str, ...]:
        """As on a letter, without the country."""
        town = town_line(
            city=self.city,
            postal_code=self.postal_code,
            state=self.state,
            country=self.country,
        )
        named = (self.company, self.full_name, self.address, town)
        return tuple(line for line in named if line)

    def stored(self) -> dict[str, str]:
        """As a checkout keeps it."""
        return {name: getattr(self, name) for name in _NAMES}


def billing_in(stored: Mapping[str, Any] | None) -> BillingAddress | None:
    """The address that a checkout keeps; None where it is the parcel's."""
    if not stored:
        return None
    return BillingAddress(**{name: str(stored[name]) for name in _NAMES})
