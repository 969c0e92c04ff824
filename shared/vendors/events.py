"""What vendors tell whoever is concerned."""

from __future__ import annotations

from dataclasses import dataclass

from shared.unit import Event


@dataclass(frozen=True)
class ConnectedAgain(Event):
    """A vendor has given us access to its account again."""

    vendor_id: int
