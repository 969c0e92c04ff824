"""Where parcels are followed: a table of carriers (`carriers.toml`).

What a vendor types freely stays text: only a number that fits its carrier makes a link, and only to
an address that stands in the table.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from urllib.parse import quote

from shared.core.frozen import frozen
from shared.core.typed import bare_code

_TABLE = Path(__file__).with_name("carriers.toml")


@frozen
class Carrier:
    """`numbers` is what the carrier's parcel numbers look like, `page` where one is followed."""

    name: str
    numbers: str
    page: str


@cache
def carriers() -> tuple[Carrier, ...]:
    """All that are known, by name."""
    rows = tomllib.loads(_TABLE.read_text("utf-8"))["carrier"]
    return tuple(Carrier(**row) for row in rows)


def names() -> tuple[str, ...]:
    """What vendors are offered."""
    return tuple(carrier.name for carrier in carriers())


def tracking_link(carrier: str, number: str) -> str | None:
    """The carrier's page about a parcel; None where the carrier or such a number is not known."""
    known = _by_name().get(carrier.strip().casefold())
    if known is None or not known.page:
        return None
    typed = bare_code(number).upper()
    if not re.fullmatch(known.numbers, typed):
        return None
    return known.page + quote(typed, safe="")


@cache
def _by_name() -> dict[str, Carrier]:
    return {carrier.name.casefold(): carrier for carrier in carriers()}
