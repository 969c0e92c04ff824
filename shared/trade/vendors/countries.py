"""Where a vendor may be at home, and in which currencies it may sell from there. Pure.

These are the countries whose accounts a platform in the European Economic Area can pay by
destination charge without a cross-border agreement (stripe-facts 10.13). Where Stripe opens no
accounts (Iceland), nobody is let in to find that out.
"""

from __future__ import annotations

from shared.core import formats
from shared.core.frozen import frozen
from shared.core.words import word


@frozen
class Country:
    """A country by its ISO 3166-1 code, with the currencies that are offered there; the first is
    the default.
    """

    code: str
    currencies: tuple[str, ...] = ("EUR",)

    @property
    def name(self) -> str:
        """What it is called in the language spoken here."""
        return formats.country(self.code)


_ALL = (
    Country("AT"),
    Country("BE"),
    Country("BG"),
    Country("HR"),
    Country("CY"),
    Country("CZ", ("CZK", "EUR")),
    Country("DK", ("DKK", "EUR")),
    Country("EE"),
    Country("FI"),
    Country("FR"),
    Country("DE"),
    Country("GR"),
    Country("HU", ("HUF", "EUR")),
    Country("IE"),
    Country("IT"),
    Country("LV"),
    Country("LI", ("CHF", "EUR")),
    Country("LT"),
    Country("LU"),
    Country("MT"),
    Country("NL"),
    Country("NO", ("NOK", "EUR")),
    Country("PL", ("PLN", "EUR")),
    Country("PT"),
    Country("RO", ("RON", "EUR")),
    Country("SK"),
    Country("SI"),
    Country("ES"),
    Country("SE", ("SEK", "EUR")),
    Country("CH", ("CHF", "EUR")),
    Country("GB", ("GBP", "EUR")),
)
COUNTRIES: dict[str, Country] = {country.code: country for country in _ALL}
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


CURRENCIES = tuple(_MINIMUM_PAYOUT)


def currency_name(code: str) -> str:
    """`Danish krone`; a currency that no shop sells in keeps its code."""
    return word("currencies.names", code) if code in CURRENCIES else code


def default_currency(country: str) -> str:
    """The currency that a vendor in `country` starts with; EUR where we do not know better."""
    found = COUNTRIES.get(country.upper())
    return found.currencies[0] if found else "EUR"


def minimum_payout(currency: str) -> int:
    """The least that is worth a payout, in minor units of `currency`."""
    return _MINIMUM_PAYOUT.get(currency.upper(), 2000)
