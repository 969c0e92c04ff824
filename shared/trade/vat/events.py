"""What the tax of vendors tells whoever closes their months."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.unit import Event


@frozen
class MonthsUnblocked(Event):
    """A month of this vendor that waited may need nothing more."""

    vendor_id: int
