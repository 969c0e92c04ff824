"""Parts of states that VAT treats otherwise than their country, out of their file
(`territories.toml`): by postal code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from shared.core.frozen import frozen
from shared.core.typed import bare_code
from shared.trade.vat.sales.regions import Way, Ways
from shared.trade.vat.sales.rules import REGION_SIGN

_FILE = Path(__file__).with_name("territories.toml")
_BETWEEN = " -"  # what people write between the signs of a postal code


@frozen
class Territory:
    """A part of a country, by the beginnings of its postal codes. `treated_as`: the member state
    whose VAT holds there; empty where none does. `ways`: which sales its own rates are for, where
    it has some. `is_for_sellers`: whether who sells from there counts as there.
    """

    name: str
    country: str
    postal: tuple[str, ...]
    treated_as: str
    ways: tuple[Way, ...]
    is_for_sellers: bool

    @property
    def place(self) -> str:
        """As the rules of sales read it; a word that is no state's where no VAT holds."""
        if self.ways:
            return f"{self.treated_as}{REGION_SIGN}{self.name}"
        return self.treated_as or f"{self.country}:{self.name}"


@cache
def territories() -> Mapping[str, Sequence[Territory]]:
    """Those that come with the software, by country."""
    read = tomllib.loads(_FILE.read_text("utf-8"))
    found: dict[str, list[Territory]] = {}
    for name, row in read.items():
        found.setdefault(row["country"], []).append(_territory(name, row))
    return found


def _territory(
    name: str,
    row: Mapping[str, Any],
) -> Territory:
    return Territory(
        name,
        row["country"],
        tuple(row["postal"]),
        row["treated_as"],
        tuple(Way(way) for way in row.get("rates_for", ())),
        row.get("for_sellers", True),
    )


@cache
def regions() -> Ways:
    """Which sales the rates of each region are for."""
    every = chain.from_iterable(territories().values())
    return {part.place: part.ways for part in every if part.ways}


def vat_place(
    country: str,
    postal_code: str,
) -> str:
    """Where VAT takes an address to be: its country, or the part of it that has rules of its own.

    A country alone, as long as the postal code is not known.
    """
    part = _part(country, postal_code)
    return part.place if part else country


def seller_place(
    country: str,
    postal_code: str,
) -> str:
    """The same of an address that things are sold from."""
    part = _part(country, postal_code)
    if part is None or not part.is_for_sellers:
        return country
    return part.place


def has_parts(country: str) -> bool:
    """Whether a seller's postal code matters in a country."""
    parts = territories().get(country, ())
    return any(part.is_for_sellers for part in parts)


def _part(
    country: str,
    postal_code: str,
) -> Territory | None:
    parts = territories().get(country)
    if not parts or not postal_code:
        return None
    code = bare_code(postal_code, _BETWEEN).removeprefix(f"{country}")
    for part in parts:
        if code.startswith(part.postal):
            return part
    return None
