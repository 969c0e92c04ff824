"""What people write for a currency: its code, its signs in our languages and at home. Pure."""

from __future__ import annotations

from functools import cache
from itertools import chain

from babel import Locale

from shared.core.locales import LANGUAGES
from shared.core.money import SYMBOLS
from shared.core.typed import plain

# How people at home write their currency where no offered language's CLDR data has it.
_AT_HOME = {
    "BGN": ("лв", "лв."),
    "CHF": ("Fr", "Fr.", "SFr", "SFr."),
    "CNY": ("元", "¥"),
    "CZK": ("Kč",),
    "DKK": ("kr", "kr."),
    "EUR": ("Euro", "Euros"),
    "HUF": ("Ft",),
    "INR": ("Rs", "Rs."),
    "ISK": ("kr", "kr."),
    "JPY": ("円", "¥"),
    "NOK": ("kr", "kr."),
    "PLN": ("zł",),
    "RON": ("lei", "leu"),
    "RSD": ("din", "din."),
    "SEK": ("kr", "kr."),
    "TRY": ("₺", "TL"),
    "UAH": ("₴",),
}


def is_sign_of(unit: str, currency: str) -> bool:
    """Whether `unit` stands for this currency; others may share it."""
    return _folded(unit) in _signs(currency)


def is_sign_of_any(unit: str) -> bool:
    """Whether `unit` stands for any currency at all."""
    return any(is_sign_of(unit, code) for code in _all_currencies())


def _folded(sign: str) -> str:
    return plain(sign).casefold()


@cache
def _signs(currency: str) -> frozenset[str]:
    """Everything that stands for a currency: its code, its signs in the offered languages and at
    home, the bare $ of CA$.
    """
    by_language = [
        Locale.parse(code).currency_symbols.get(currency, currency)
        for code in LANGUAGES
    ]
    whole = {
        currency,
        SYMBOLS.get(currency, currency),
        *by_language,
        *_AT_HOME.get(currency, ()),
    }
    bare = {sign for sign in chain.from_iterable(whole) if sign in "$£¥€₩₹₪₫฿₺₴₱"}
    return frozenset(map(_folded, whole | bare))


@cache
def _all_currencies() -> tuple[str, ...]:
    return tuple(sorted(Locale.parse("en").currencies))
