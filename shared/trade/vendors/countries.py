"""Where a vendor may be at home, and in which currencies it may sell from there. Pure.

These are the countries whose accounts a platform in the European Economic Area can pay by
destination charge without a cross-border agreement (stripe-facts 10.13). Where Stripe opens no
accounts (Iceland), nobody is let in to find that out.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """A country by its ISO 3166-1 code, with the currencies that are offered there; the first is
    the default.
    """

    code: str
    name: str
    currencies: tuple[str, ...] = ("EUR",)


_ALL = (
    Country("AT", "Austria"),
    Country("BE", "Belgium"),
    Country("BG", "Bulgaria"),
    Country("HR", "Croatia"),
    Country("CY", "Cyprus"),
    Country("CZ", "Czechia", ("CZK", "EUR")),
    Country("DK", "Denmark", ("DKK", "EUR")),
    Country("EE", "Estonia"),
    Country("FI", "Finland"),
    Country("FR", "France"),
    Country("DE", "Germany"),
    Country("GR", "Greece"),
    Country("HU", "Hungary", ("HUF", "EUR")),
    Country("IE", "Ireland"),
    Country("IT", "Italy"),
    Country("LV", "Latvia"),
    Country("LI", "Liechtenstein", ("CHF", "EUR")),
    Country("LT", "Lithuania"),
    Country("LU", "Luxembourg"),
    Country("MT", "Malta"),
    Country("NL", "Netherlands"),
    Country("NO", "Norway", ("NOK", "EUR")),
    Country("PL", "Poland", ("PLN", "EUR")),
    Country("PT", "Portugal"),
    Country("RO", "Romania", ("RON", "EUR")),
    Country("SK", "Slovakia"),
    Country("SI", "Slovenia"),
    Country("ES", "Spain"),
    Country("SE", "Sweden", ("SEK", "EUR")),
    Country("CH", "Switzerland", ("CHF", "EUR")),
    Country("GB", "United Kingdom", ("GBP", "EUR")),
)
COUNTRIES: dict[str, Country] = {country.code: country for country in _ALL}
CURRENCY_NAMES: dict[str, str] = {
    "EUR": "Euro",
    "CZK": "Czech koruna",
    "DKK": "Danish krone",
    "HUF": "Hungarian forint",
    "CHF": "Swiss franc",
    "NOK": "Norwegian krone",
    "PLN": "Polish złoty",
    "RON": "Romanian leu",
    "SEK": "Swedish krona",
    "GBP": "British pound",
}
# About twenty euros, in minor units of each currency.
_MINIMUM_PAYOUT = {
    "EUR": 2000,
    "CZK": 50000,
    "DKK": 15000,
    "HUF": 800000,
    "CHF": 2000,
    "NOK": 20000,
    "PLN": 8000,
    "RON": 10000,
    "SEK": 20000,
    "GBP": 2000,
}


def default_currency(country: str) -> str:
    """The currency that a vendor in `country` starts with; EUR where we do not know better."""
    found = COUNTRIES.get(country.upper())
    return found.currencies[0] if found else "EUR"


def minimum_payout(currency: str) -> int:
    """The least that is worth a payout, in minor units of `currency`."""
    return _MINIMUM_PAYOUT.get(currency.upper(), 2000)
