#!/usr/bin/env bash
# WTForms 3.3.2 with Babel 2.18.0: a price of 12.50 that a browser sends from a DecimalField(use_locale=True) in German is read as 1250.
#
# The field writes and reads numbers as the locale does, "12,50", and draws itself as <input type="number" step="any">. HTML says of that
# input that its value is a floating-point number with a full stop, whatever the language: what a German types as 12,50 is sent as
# "12.50", and Babel takes a full stop in German for the mark between thousands and drops it (it would refuse it with strict=True, which
# WTForms does not say). So a price is a hundred times what was typed, and no validator minds. The way out is no better: value="12,5" is no
# number to a browser, which empties the box, so whoever opens a price and saves it has lost it. English locales read rightly, and lose in
# that way what has a mark between its thousands ("1,234.5").
# Neither the documentation of the field nor the project's tracker (pallets-eco/wtforms) says anything of it.
# Way round: widget=TextInput() with use_locale, or a DecimalField without it.
# Seen on 2026-12-01; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check wtforms==3.3.2 babel==2.18.0 markupsafe==3.0.3
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import re
from decimal import Decimal

from wtforms import DecimalField, Form
from wtforms.validators import InputRequired, NumberRange

# What HTML calls a valid floating-point number; a browser sends and shows no other in an input of type number.
NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][-+]?\d+)?")


class Sent(dict):
    """A form as a browser sends it."""

    def getlist(self, name: str) -> list[str]:
        return [self[name]]


def form(locale: str) -> type[Form]:
    class Price(Form):
        class Meta:
            locales = [locale]

        price = DecimalField(validators=[InputRequired(), NumberRange(min=0)], use_locale=True)

    return Price


def read(locale: str, sent: str) -> Decimal | None:
    filled = form(locale)(Sent(price=sent))
    return filled.price.data if filled.validate() else None


def drawn(locale: str, price: str = "12.50") -> tuple[str, str]:
    """The type and the value of the input."""
    page = str(form(locale)(data={"price": Decimal(price)}).price())
    return re.search('type="(.*?)"', page)[1], re.search('value="(.*?)"', page)[1]


assert NUMBER.fullmatch("12.50") and not NUMBER.fullmatch("12,50")
for locale, again, value in (
    ("de_DE", "1250", "12,5"),
    ("es_ES", "1250", "12,5"),
    ("it_IT", "1250", "12,5"),
    ("de_CH", "12.50", "12.5"),
    ("en_GB", "12.50", "12.5"),
):
    kind, shown = drawn(locale)
    found = read(locale, "12.50")
    said = "a number" if NUMBER.fullmatch(shown) else "no number to a browser"
    print(f"{locale}: <input type={kind} value={shown}>, {said}; 12.50 that it sends is {found}")
    assert (kind, shown) == ("number", value), (kind, shown)
    assert found == Decimal(again), found
assert read("de_DE", "12,50") == Decimal("12.50")
assert drawn("en_GB", "1234.50") == ("number", "1,234.5") and not NUMBER.fullmatch("1,234.5")
PYTHON
echo "Twelve and a half come back as one thousand two hundred and fifty. As described."
