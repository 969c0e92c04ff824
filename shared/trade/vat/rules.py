"""Who owes the VAT on the marketplace's commission, and the VAT in the currency of the state that
it goes to. Pure.

The commission is a service between businesses. Directive 2006/112/EC: it is supplied where the
customer is established (article 44), who then accounts for the VAT (article 196). What makes a
customer a business is in article 18 of regulation (EU) 282/2011; docs/decisions/0010-vat-numbers.md
says what we take as proof and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from shared.core.frozen import frozen
from shared.core.money import Money, decimals

# ISO 3166-1
EU = frozenset(
    {
        *(
            "AT",
            "BE",
            "BG",
            "HR",
            "CY",
            "CZ",
            "DK",
            "EE",
            "FI",
            "FR",
            "DE",
            "GR",
            "HU",
            "IE",
        ),
        *(
            "IT",
            "LV",
            "LT",
            "LU",
            "MT",
            "NL",
            "PL",
            "PT",
            "RO",
            "SK",
            "SI",
            "ES",
            "SE",
        ),
    }
)

# The currency that a state is owed its VAT in; the euro where it is not named here.
_CURRENCIES = {
    "CZ": "CZK",
    "DK": "DKK",
    "HU": "HUF",
    "PL": "PLN",
    "RO": "RON",
    "SE": "SEK",
    "GB": "GBP",
    "CH": "CHF",
    "LI": "CHF",
    "NO": "NOK",
}

# The European Central Bank publishes on working days. No gap is longer, so a rate this old is the
# latest there is.
LATEST = timedelta(days=7)


class Treatment(StrEnum):
    """What becomes of the VAT on one vendor's commission."""

    DOMESTIC = "domestic"  # charged: the vendor is in the marketplace's own state
    UNPROVEN = (
        "unproven"  # charged: nobody has confirmed that the vendor is a business abroad
    )
    REVERSE_CHARGE = (
        "reverse_charge"  # the vendor accounts for it, in another state of the EU
    )
    OUTSIDE = (
        "outside"  # outside the scope: the vendor is a business beyond the EU's border
    )

    @property
    def is_charged(self) -> bool:
        """Whether the marketplace's own VAT is in the commission."""
        return self in (Treatment.DOMESTIC, Treatment.UNPROVEN)


def is_in_eu(country: str) -> bool:
    """Whether the directive holds there for services.

    Northern Ireland is in it for goods only, so not here.
    """
    return country in EU


def treatment(
    seller: str,
    buyer: str,
    *,
    number: str,
    is_confirmed: bool,
) -> Treatment:
    """What becomes of the VAT, by the two countries and by what the operator has confirmed of the
    buyer.

    Inside the EU only a confirmed number proves the business, outside any proof that the operator
    has confirmed: there a number decides nothing by itself, and a business may have none. Without
    proof the seller's own VAT is charged.
    """
    if seller == buyer:
        return Treatment.DOMESTIC
    if not is_confirmed:
        return Treatment.UNPROVEN
    if is_in_eu(seller) and is_in_eu(buyer):
        return Treatment.REVERSE_CHARGE if number else Treatment.UNPROVEN
    return Treatment.OUTSIDE


def currency_of(country: str) -> str:
    """The currency in which VAT is owed to a state."""
    return _CURRENCIES.get(country, "EUR")


@frozen
class Rate:
    """`1 base = rate quote`, as `source` published it for `day`."""

    base: str
    quote: str
    rate: Decimal
    source: str
    day: date

    def __str__(self) -> str:
        """`1 EUR = 7.4604 DKK`."""
        return f"1 {self.base} = {plain_rate(self.rate)} {self.quote}"

    def serves(self, one: str, other: str) -> bool:
        """Whether it tells what one currency is worth in the other, either way round."""
        return {self.base, self.quote} == {one, other}


@frozen
class StateVat:
    """An invoice's VAT in the currency of the state that it goes to (article 230), and by which
    rate.
    """

    amount: Money
    rate: Rate


def plain_rate(rate: Decimal) -> str:
    """`7.4604`, without zeros at its end."""
    text = f"{rate:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def converted(amount: Money, rate: Rate) -> Money:
    """`amount` in the other of the rate's two currencies, in its minor units, halves away from
    zero. Nothing is rounded twice.
    """
    if amount.currency not in (rate.base, rate.quote) or rate.base == rate.quote:
        raise ValueError(f"{rate} says nothing about {amount.currency}")
    is_base = amount.currency == rate.base
    into = rate.quote if is_base else rate.base
    times = Fraction(rate.rate) if is_base else 1 / Fraction(rate.rate)
    exact = (
        amount.amount
        * times
        * Fraction(10) ** (decimals(into) - decimals(amount.currency))
    )
    return Money(_half_up(exact), into)


def _half_up(value: Fraction) -> int:
    """The one rounding rule of this project, of a fraction that no decimal writes down."""
    whole = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return whole if value >= 0 else -whole


def latest(rates: Iterable[Rate], last: date) -> Rate | None:
    """The newest of the rates that were published up to `last`, unless a newer one must have been
    published since.
    """
    fit = [rate for rate in rates if last - LATEST < rate.day <= last]
    return max(fit, key=lambda rate: rate.day, default=None)


def state_vat(
    vat: Money,
    state: str,
    rates: Iterable[Rate],
    last: date,
) -> StateVat | None:
    """The VAT in the state's own currency at the rate of a month's `last` day; None where no such
    rate is known.
    """
    wanted = currency_of(state)
    rate = latest(
        (rate for rate in rates if rate.serves(vat.currency, wanted)),
        last,
    )
    return StateVat(converted(vat, rate), rate) if rate else None


def needs_rate(vat: Money, state: str) -> bool:
    """Whether the invoice must state the VAT in another currency as well."""
    return bool(vat) and vat.currency != currency_of(state)
