#!/usr/bin/env bash
# py-moneyed 3.0 with Babel 2.18.0: an amount is charged with cents that its text does not show.
#
# py-moneyed takes the number of minor units from ISO 4217 and the text from Babel, which takes the digits from CLDR's
# supplemental data. CLDR says 0 digits for currencies to which ISO 4217 gives two, the Serbian dinar (RSD) among them. So
# Money("12.50", "RSD") is 1250 in sub-units, the number that goes to a card processor, and "RSD 12" on the page: the half
# dinar is neither shown nor rounded up (banker's rounding). `currency_digits=False` is what keeps the digits.
# Seen on 2026-11-28; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    py-moneyed==3.0 babel==2.18.0 iso4217==1.16.20260101

"$folder/env/bin/python" - <<'PYTHON'
from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision
from iso4217 import Currency
from moneyed import CURRENCIES, Money
from moneyed.l10n import format_money

CLDR_HAS_FEWER = [
    "AFN", "ALL", "IQD", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER",
]


def digits_of_iso(code: str) -> int | None:
    known = code in Currency.__members__ or any(each.code == code for each in Currency)
    return Currency(code).exponent if known else None


price = Money("12.50", "RSD")
charged, shown = price.get_amount_in_sub_unit(), str(price)
fewer = sorted(
    code for code in CURRENCIES
    if (exponent := digits_of_iso(code)) is not None and get_currency_precision(code) < exponent
)
kept = format_currency(Decimal("12.50"), "RSD", locale="sr_RS", currency_digits=False)

in_serbia = format_money(price, locale="sr_RS")
print("Money('12.50', 'RSD'): sub-units", charged, "shown as", ascii(shown), "in Serbia", ascii(in_serbia))
print("ISO 4217 digits of RSD:", digits_of_iso("RSD"), "Babel:", get_currency_precision("RSD"))
print("currencies of ISO 4217 that Babel gives fewer digits:", ", ".join(fewer))
print("with currency_digits=False:", ascii(kept))

assert charged == 1250
assert shown == "RSD\N{NO-BREAK SPACE}12"
assert (digits_of_iso("RSD"), get_currency_precision("RSD")) == (2, 0)
assert fewer == CLDR_HAS_FEWER, fewer
assert kept == "12,50\N{NO-BREAK SPACE}RSD"
print("As described.")
PYTHON
