"""Money as integers in minor units with an ISO 4217 currency, and the arithmetic on it that loses
nothing.

How many decimals a currency has on Stripe's wire differs from ISO for a few (UGX, ISK are sent with
two); the table here is Stripe's (docs "currencies", see docs/decisions), since minor units here are
always Stripe's minor units.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from shared.core.errors import Invalid

ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMAL = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
# Sent with two decimals of which the last two digits must be 00.
WHOLE_UNITS_ONLY = frozenset({"ISK", "UGX"})
MINUS: Final = "\N{MINUS SIGN}"  # where people read; machines get the hyphen
MAX_AMOUNT = 99_999_999  # Stripe: up to eight digits in minor units

_DECIMAL_STRING = re.compile(r"([0-9]{1,12})(?:\.([0-9]+))?")

# The least Stripe charges, in minor units (docs "currencies", minimum charge amounts).
MINIMUM_CHARGE = {
    **dict.fromkeys(
        [
            "USD",
            "EUR",
            "AUD",
            "CAD",
            "CHF",
            "NZD",
            "SGD",
            "BRL",
            "INR",
            "ARS",
            "COP",
            "IDR",
            "ILS",
            "PHP",
            "RUB",
            "ZAR",
            "JPY",
            "KRW",
        ],
        50,
    ),
    **dict.fromkeys(["PLN", "RON", "MYR", "AED"], 200),
    **dict.fromkeys(["SEK", "NOK"], 300),
    **dict.fromkeys(["MXN", "THB"], 1000),
    "GBP": 30,
    "HKD": 400,
    "DKK": 250,
    "CZK": 1500,
    "HUF": 17500,
}

# What English (CLDR) writes for a currency where it is not the code itself.
SYMBOLS = {
    "AUD": "A$",
    "BRL": "R$",
    "CAD": "CA$",
    "CNY": "CN¥",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "¥",
    "KRW": "₩",
    "MXN": "MX$",
    "NZD": "NZ$",
    "PHP": "₱",
    "TWD": "NT$",
    "USD": "$",
    "VND": "₫",
    "XAF": "FCFA",
    "XCD": "EC$",
    "XCG": "Cg.",
    "XOF": "F\N{NARROW NO-BREAK SPACE}CFA",
    "XPF": "CFPF",
}


def decimals(currency: str) -> int:
    """How many decimal places the minor unit of `currency` stands for: 0, 2 or 3."""
    code = currency.upper()
    return 0 if code in ZERO_DECIMAL else 3 if code in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """The smallest amount of minor units that `currency` may be charged in: 1, 10 (three decimals)
    or 100 (whole units).
    """
    code = currency.upper()
    return 100 if code in WHOLE_UNITS_ONLY else 10 if code in THREE_DECIMAL else 1


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units of `currency` (upper case ISO 4217). Sums only with its own currency."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise TypeError(f"money is whole minor units, not {self.amount!r}")
        if (
            len(self.currency) != 3
            or not self.currency.isascii()
            or not self.currency.isupper()
        ):
            raise ValueError(f"not an ISO 4217 currency: {self.currency!r}")

    @classmethod
    def parse(cls, text: str | Decimal, currency: str) -> Money:
        """Read a program's decimal string in major units, `"49.90"`; what people type is for
        `shared.core.amounts` to read.

        Raises Invalid when it is anything else: a sign, an exponent, thousands, more decimals than
        the currency has.
        """
        code = currency.upper()
        found = _DECIMAL_STRING.fullmatch(str(text))
        if found is None:
            raise Invalid("Enter an amount such as 49.90.")
        whole, fraction = found[1], found[2] or ""
        if len(fraction) > decimals(code):
            raise Invalid(f"{code} does not have that many decimals.")
        minor = int(whole + fraction.ljust(decimals(code), "0"))
        if minor > MAX_AMOUNT:
            raise Invalid("That amount is too large.")
        if minor % step(code):
            raise Invalid(f"{code} does not have that many decimals.")
        return cls(minor, code)

    def to_decimal(self) -> Decimal:
        """The amount in major units, exact, with the currency's number of decimals: 4990 EUR ->
        Decimal("49.90").
        """
        return (
            Decimal(self.amount)
            .scaleb(-decimals(self.currency))
            .quantize(Decimal(1).scaleb(-decimals(self.currency)))
        )

    def __str__(self) -> str:
        """As people read it, on pages, in mails and in errors alike: `€49.90`, `−€1,204.30` or `DKK
        349.00`. For machines it is `to_decimal`, with a hyphen.
        """
        sign = MINUS if self.amount < 0 else ""
        symbol = SYMBOLS.get(self.currency, self.currency)
        gap = "\N{NO-BREAK SPACE}" if symbol[-1].isalpha() else ""
        return f"{sign}{symbol}{gap}{abs(self.to_decimal()):,}"

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError(
                "money is multiplied by whole numbers; use fees.rules.share for rates"
            )
        return Money(self.amount * times, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0


def round_half_up(value: Decimal) -> int:
    """`value` as an integer, halves away from zero: the one rounding rule of this project."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def split(amount: int, weights: list[int]) -> list[int]:
    """Divide `amount` minor units by `weights` so that the parts sum to it exactly; leftovers go to
    the largest remainders first.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    parts = [amount * w // total for w in weights]
    rests = [amount * weight % total for weight in weights]
    places = range(len(weights))
    order = sorted(places, key=lambda place: (-rests[place], place))
    for i in order[: amount - sum(parts)]:
        parts[i] += 1
    return parts
