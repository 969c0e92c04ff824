"""The countries that orders go to, and what the places of a zone are called."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.folding import fold
from shared.core.formats import country, country_within, listed
from shared.core.words import word
from shared.trade.shipping.rules import REST_OF_EU, REST_OF_WORLD

COUNTRIES = (
    "AD",
    "AT",
    "AU",
    "BE",
    "BG",
    "CA",
    "CH",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GB",
    "GR",
    "HR",
    "HU",
    "IE",
    "IS",
    "IT",
    "JP",
    "LI",
    "LT",
    "LU",
    "LV",
    "MC",
    "ME",
    "MT",
    "NL",
    "NO",
    "NZ",
    "PL",
    "PT",
    "RO",
    "RS",
    "SE",
    "SI",
    "SK",
    "TR",
    "UA",
    "US",
)
MOST_NAMED = 6
_WORDS = "shipping.places"


def place_name(place: str, *, within: bool = False) -> str:
    """What a place of a zone is called in the language spoken here; `within` a sentence."""
    if place in (REST_OF_EU, REST_OF_WORLD):
        return word("shipping.within" if within else _WORDS, place)
    return country_within(place) if within else country(place)


def named(
    places: Iterable[str], *, within: bool = False
) -> tuple[tuple[str, str], ...]:
    """Places as (code, name): countries by name, then what is left of the EU and the world."""
    pairs = [(place, place_name(place, within=within)) for place in places]
    return tuple(sorted(pairs, key=_rank))


def _rank(pair: tuple[str, str]) -> tuple[int, str]:
    place, name = pair
    last = {REST_OF_EU: 1, REST_OF_WORLD: 2}
    return last.get(place, 0), fold(name)


def places_line(
    places: Iterable[str],
    *,
    within: bool = False,
) -> str:
    """The names of a zone's places, of many only the first; `within` a sentence."""
    names = [name for _code, name in named(places, within=within)]
    if len(names) <= MOST_NAMED:
        return listed(names)
    shown = ", ".join(names[:MOST_NAMED])
    return word(_WORDS, "more", names=shown, left=len(names) - MOST_NAMED)
