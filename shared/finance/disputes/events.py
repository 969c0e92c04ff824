"""What disputes tell whoever is concerned."""

from __future__ import annotations

from dataclasses import dataclass

from shared.infra.unit import Event


@dataclass(frozen=True)
class DraftChanged(Event):
    """What a vendor means to answer is another: Stripe's copy of it is out of date."""

    dispute_id: int
