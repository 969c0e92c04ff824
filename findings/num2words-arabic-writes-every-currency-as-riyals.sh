#!/usr/bin/env bash
# num2words 0.5.14: in Arabic an amount in euros, dollars or pounds is written out in Saudi riyals, and 250 fils as 25.
#
# `num2words(amount, to="currency", currency=..., lang="ar")` writes what stands on an invoice or a cheque besides the figures. A
# currency that a language does not know is answered with NotImplementedError in English, German or French ('Currency code "XYZ"
# not implemented'). `set_currency_prefer` of the Arabic converter knows TND, EGP and KWD and takes the riyal for anything else:
# 12.50 in EUR is "twelve riyals and fifty halalas". For KWD it takes two digits, as for the Egyptian pound, though it names the
# thousandth, the fils: 1.250 dinars are "one dinar and twenty-five fils", a tenth of the fils owed, and 1.005 is "one dinar". (TND,
# which has thousandths as well, is right.) A pull request adds dollars to the Arabic list (savoirfairelinux/num2words, 563, open);
# about the riyal in place of what was asked for, and about the fils, nothing was found. Way round: ask for the currency by
# "ar" only if it is one of SAR, TND and EGP; write the others from two cardinal numbers.
# Seen on 2026-11-30 with Python 3.11; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check num2words==0.5.14
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
from decimal import Decimal

from num2words import num2words

RIYAL, POUND = "ريال", "جنيه"
TWENTY_FIVE, TWO_HUNDRED_FIFTY = "خمس و عشرون", "مئتان و خمسون"


def written(amount: str, currency: str, language: str = "ar") -> str:
    try:
        text = num2words(Decimal(amount), to="currency", currency=currency, lang=language)
    except NotImplementedError as error:
        text = f"NotImplementedError: {error}"
    print(f"{amount} {currency} in {language}: {text}")
    return text


in_riyals = written("12.50", "SAR")
assert RIYAL in in_riyals
for currency in ("EUR", "USD", "GBP", "AED", "XYZ"):
    assert written("12.50", currency) == in_riyals, currency
assert RIYAL not in written("12.50", "EGP") and POUND in written("12.50", "EGP")
for language in ("en", "de", "fr"):
    assert "NotImplementedError" in written("12.50", "XYZ", language), language

dinar_of_kuwait, dinar_of_tunisia = written("1.250", "KWD"), written("1.250", "TND")
assert TWENTY_FIVE in dinar_of_kuwait and TWO_HUNDRED_FIFTY not in dinar_of_kuwait
assert TWO_HUNDRED_FIFTY in dinar_of_tunisia
assert written("1.005", "KWD") == written("1", "KWD")
print("Every currency that it does not know is riyals; 250 fils are 25. As described.")
PYTHON
