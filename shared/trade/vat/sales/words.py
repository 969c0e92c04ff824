"""How a rate is written."""

from __future__ import annotations

from decimal import Decimal

from shared.core.formats import percent


def rate_words(rate: int) -> str:
    """`19%` or `25,5 %`, as the language spoken here writes hundredths of a percent."""
    return percent(Decimal(rate) / 100)
