"""Parts of states that VAT treats otherwise than their country, out of their file
(`territories.toml`): by postal code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from shared.core.frozen import frozen
from shared.core.typed import bare_code

_FILE = Path(__file__).with_name("territories.toml")
_BETWEEN = " -"  # what people write between the signs of a postal code


@frozen
class Territory:
    """A part of a country, by the beginnings of its postal codes. `treated_as`: the member state
    whose VAT holds there; empty where none does.
    """

    name: str
    country: str
    postal: tuple[str, ...]
    treated_as: str

    @property
    def place(self) -> str:
        """As the rules of sales read a destination; a word that is no state's where none holds."""
        return self.treated_as or f"{self.country}:{self.name}"


@cache
def territories() -> Mapping[str, Sequence[Territory]]:
    """Those that come with the software, by country."""
    read = tomllib.loads(_FILE.read_text("utf-8"))
    found: dict[str, list[Territory]] = {}
    for name, row in read.items():
        found.setdefault(row["country"], []).append(_territory(name, row))
    return found


def _territory(name: str, row: Mapping[str, Any]) -> Territory:
    return Territory(
        name,
        row["country"],
        tuple(row["postal"]),
        row["treated_as"],
    )


def vat_place(country: str, postal_code: str) -> str:
    """Where VAT takes an address to be: its country, or the part of it that has rules of its own.

    A country alone, as long as the postal code is not known.
    """
    parts = territories().get(country)
    if not parts or not postal_code:
        return country
    code = bare_code(postal_code, _BETWEEN).removeprefix(f"{country}")
    for part in parts:
        if code.startswith(part.postal):
            return part.place
    return country
