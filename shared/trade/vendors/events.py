"""What vendors tell whoever is concerned."""

from __future__ import annotations

from dataclasses import dataclass

from shared.infra.unit import Event


@dataclass(frozen=True)
class VendorSignedUp(Event):
    """A new vendor, at home in `country` (ISO 3166-1 alpha-2)."""

    vendor_id: int
    country: str
