"""Postal codes: what people type becomes what the post of the country writes.

Pure, on the data of `places`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from shared.core.typed import bare_code, plain_code
from storefront.checkout.places import PostalPlace, place_of

# What is written before the number by habit, besides the ISO code: letters of number plates, and
# three-letter codes.
_HABITS = {
    "AT": "A AUT",
    "AU": "AUS",
    "BE": "B BEL",
    "BG": "BGR",
    "CH": "CHE",
    "CY": "CYP",
    "CZ": "CZE",
    "DE": "D DEU",
    "DK": "DNK",
    "EE": "EST",
    "ES": "E ESP",
    "FI": "FIN SF",
    "FR": "F FRA",
    "GR": "EL GRC",
    "HR": "HRV",
    "HU": "H HUN",
    "IS": "ISL",
    "IT": "I ITA",
    "JP": "J JPN",
    "LI": "FL LIE",
    "LT": "LTU",
    "LU": "L LUX",
    "MC": "MCO",
    "ME": "MNE",
    "NL": "NLD",
    "NO": "N NOR",
    "NZ": "NZL",
    "PL": "POL",
    "PT": "P PRT",
    "RO": "ROU",
    "RS": "SRB",
    "SE": "S SWE",
    "SI": "SLO SVN",
    "SK": "SVK",
    "TR": "TUR",
    "UA": "UKR",
    "US": "USA",
}
_ANYWHERE = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,11}")
LONGEST = 40


def tidy_postal_code(text: str, country: str) -> str | None:
    """`text` as the post of `country` writes it, `""` where none is given and none needed, None
    when it cannot be one.

    Prefixes that people put before the number are dropped where they are no part of the code
    (`D-10115`, `FIN-00100`, `LT-01001`), and added where they are (`1010` in Latvia is `LV-1010`).
    Where nothing is known about a country, whatever looks like a code is kept.
    """
    place = place_of(country)
    code = plain_code(text[:LONGEST])
    if not code:
        return None if place.code_required else ""
    if place.code_pattern is None:
        return code if _ANYWHERE.fullmatch(code) else None
    bare = bare_code(code, " -.")
    for candidate in (bare, _without_habit(bare, country), country + bare):
        written = _laid_out(candidate, place)
        if re.fullmatch(place.code_pattern, written, re.ASCII):
            return written
    return None


def example_of(country: str) -> str | None:
    """A postal code of `country` as its post writes it, to show beside the field."""
    return next(iter(place_of(country).code_examples), None)


def _without_habit(bare: str, country: str) -> str:
    """Without the country's letters before a number.

    Where a code begins with letters itself (GB, MT), nothing follows them.
    """
    letters = "|".join(
        (
            *_HABITS.get(country, "").split(),
            country,
        )
    )
    return re.sub(rf"^(?:{letters})(?=[0-9])", "", bare)


def _laid_out(bare: str, place: PostalPlace) -> str:
    """With spaces and hyphens where the examples have them: those of the same letters and digits,
    else of the same length.
    """
    layouts = _layouts(place.country)
    of_same_length = layouts.get(str(len(bare)), ())
    gaps = layouts.get(_shape(bare)) or of_same_length
    for at, sign in gaps:
        bare = bare[:at] + sign + bare[at:]
    return bare


@lru_cache(maxsize=512)
def _layouts(country: str) -> dict[str, tuple[tuple[int, str], ...]]:
    """Shape (`A9A9`) and length of each example -> where its separators stand; the first example of
    each wins.
    """
    found: dict[str, tuple[tuple[int, str], ...]] = {}
    for example in place_of(country).code_examples:
        gaps = tuple(
            (at, sign) for at, sign in enumerate(example) if not sign.isalnum()
        )
        bare = bare_code(example)
        found.setdefault(_shape(bare), gaps)
        found.setdefault(str(len(bare)), gaps)
    return found


def _shape(bare: str) -> str:
    return "".join("9" if sign.isdigit() else "A" for sign in bare)
