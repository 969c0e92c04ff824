"""How an address stands on a label, country by country as far as ours differ. Pure."""

from __future__ import annotations

# Where the city comes before the code; the comma is the post's own.
_CITY_FIRST = {
    "AU": " ",
    "CA": " ",
    "GB": " ",
    "IE": " ",
    "LV": ", ",
    "MT": " ",
    "NZ": " ",
    "US": ", ",
}


def town_line(
    *,
    city: str,
    postal_code: str,
    state: str,
    country: str,
) -> str:
    """The line below the street: `1728 Luxembourg`, `San Francisco, CA 94107`, `20121 Milano MI`,
    `100-0001 Chiyoda, Tokyo`.

    `state` is empty where a country has none, and on orders older than the field.
    """
    if country in _CITY_FIRST:
        return _CITY_FIRST[country].join(
            part for part in (city, f"{state} {postal_code}".strip()) if part
        )
    before = f"{postal_code} {city}".strip()
    if state in ("", city):  # Madrid, Tokyo: once is enough
        return before
    return f"{before}, {state}" if country == "JP" else f"{before} {state}"
