"""What vendors tell whoever is concerned."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.unit import Event


@frozen
class VendorSignedUp(Event):
    """A new vendor, at home in `country` (ISO 3166-1 alpha-2)."""

    vendor_id: int
    country: str
