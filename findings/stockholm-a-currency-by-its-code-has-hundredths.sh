#!/usr/bin/env bash
# stockholm 0.5.7: 1,500 yen in minor units are read as 15 yen where the currency is given by its code, also after a trip through JSON.
#
# A currency may be an object of `stockholm.Currency` or its code as text, and amounts of both compare equal. The number of minor
# units is known to the object alone: `from_sub_units` and `sub_units` count by its `decimal_digits`, and for text by hundredths
# whatever the code. What Stripe sends is a number and a code, so `Money.from_sub_units(1500, "JPY")` is 15 yen and 1,234 fils of
# Kuwait are 12.34 dinars. `as_json` writes the code, so what `from_json` makes of 1,500 yen has 150,000 minor units where it had
# 1,500. Two currencies are wrong as objects too: BHD has 2 digits (3 by ISO 4217), BIF 2 (none). Nothing was found in the project's
# tracker (kalaspuff/stockholm); its changelog says of minor units that 100 of JPY are 100 yen, with the object. Way round:
# `Money.from_sub_units(amount, get_currency(code))`, and the two currencies by a number of digits of your own.
# Seen on 2026-11-30 with Python 3.11; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check stockholm==0.5.7
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
from stockholm import Currency, Money, get_currency

for code, minor, right, wrong in (("JPY", 1500, "1500.00", "15.00"), ("KWD", 1234, "1.234", "12.34"), ("EUR", 1234, "12.34", "12.34")):
    by_object, by_code = (Money.from_sub_units(minor, currency) for currency in (get_currency(code), code))
    print(f"{minor} minor units of {code}: {by_object.amount} by the object, {by_code.amount} by the code")
    assert (by_object, by_code) == (Money(right, code), Money(wrong, code))

yen = Money("1500", Currency.JPY)
assert yen == Money("1500", "JPY")
again = Money.from_json(yen.as_json())
print(f"{yen.as_json()}: {yen.sub_units} minor units before, {again.sub_units} after")
assert (again, yen.sub_units, again.sub_units) == (yen, 1500, 150_000)

digits = {code: get_currency(code).decimal_digits for code in ("KWD", "JOD", "BHD", "JPY", "KRW", "BIF")}
print(digits)
assert digits == {"KWD": 3, "JOD": 3, "BHD": 2, "JPY": 0, "KRW": 0, "BIF": 2}
print("By its code every currency has hundredths. As described.")
PYTHON
