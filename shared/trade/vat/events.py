"""What the tax of vendors tells whoever closes their months."""

from __future__ import annotations

from dataclasses import dataclass

from shared.infra.unit import Event


@dataclass(frozen=True)
class MonthsUnblocked(Event):
    """A month of this vendor that waited may need nothing more."""

    vendor_id: int
