"""How a rate is written, and the place that it holds in."""

from __future__ import annotations

from decimal import Decimal

from shared.core.formats import country, percent
from shared.core.locales import gettext as _
from shared.core.words import word


def rate_words(rate: int) -> str:
    """`19%` or `25,5 %`, as the language spoken here writes hundredths of a percent."""
    return percent(Decimal(rate) / 100)


def place_words(
    state: str,
    region: str,
) -> str:
    """`Portugal`, or `Portugal (Madeira)` where a region has rates of its own."""
    if not region:
        return country(state)
    return _(
        "%(country)s (%(region)s)",
        country=country(state),
        region=word("sales_vat.regions", region),
    )
