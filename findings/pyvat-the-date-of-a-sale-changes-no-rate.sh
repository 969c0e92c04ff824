#!/usr/bin/env bash
# pyvat 1.3.18: the date of a sale changes no rate of VAT, and four member states are charged at rates that have ended.
#
# `get_sale_vat_charge(date, item_type, buyer, seller)` asks for the day of the sale, and its rules answer at once and without a
# network. The date decides one thing, whose country's rate it is (the buyer's since 2015): `ConstantEuVatRateRules` holds one number
# for a country. So German consumers owe 19 % in August 2020, when it was 16 %, Luxembourg's owe 17 % in 2023 (16 %), and what was
# sold to a British consumer in 2016, in a member state, is "no charge".
# For 2026 it answers with 22 % for Estonia (24 % since July 2025), 24 % for Finland (25.5 % since September 2024), 19 % for Romania
# (21 % since August 2025), 20 % for Slovakia (23 % since January 2025). 1.3.18 is the newest release.
# That rates do not change with time is said of Germany in the project's tracker (iconfinder/pyvat, 47, open since 2021); about these
# four nothing was found. Way round: take the country from the charge, and the rate from a table of your own with dates.
# Seen on 2026-11-30 with Python 3.11; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check pyvat==1.3.18
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
from datetime import date
from decimal import Decimal

from pyvat import ItemType, Party, VatChargeAction, get_sale_vat_charge

SERVICE = ItemType.generic_electronic_service
DAYS = (date(2016, 6, 1), date(2020, 8, 1), date(2023, 6, 1), date(2026, 11, 1))
MEMBERS = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
# What the states themselves asked for on those days.
TRUE_RATES = {
    ("DE", date(2020, 8, 1)): "16",
    ("LU", date(2023, 6, 1)): "16",
    ("EE", date(2026, 11, 1)): "24",
    ("FI", date(2026, 11, 1)): "25.5",
    ("RO", date(2026, 11, 1)): "21",
    ("SK", date(2026, 11, 1)): "23",
}
FOUND = {"DE": "19", "LU": "17", "EE": "22", "FI": "24", "RO": "19", "SK": "20"}


def charge(country: str, day: date):
    seller = Party("BE" if country != "BE" else "FR", True)
    return get_sale_vat_charge(day, SERVICE, Party(country, False), seller)


for country in MEMBERS:
    charges = [charge(country, day) for day in DAYS]
    assert {one.country_code for one in charges} == {country}, charges
    assert len({one.rate for one in charges}) == 1, (country, charges)
for (country, day), rate in TRUE_RATES.items():
    found = charge(country, day)
    print(f"{country} on {day}: {found.rate} %, was {rate} %")
    assert found.action is VatChargeAction.charge
    assert found.rate == Decimal(FOUND[country]) != Decimal(rate)
assert charge("DE", date(2014, 6, 1)).country_code == "BE"  # the one thing that a date decides
british = charge("GB", date(2016, 6, 1))
print(f"GB on 2016-06-01: {british.action}, {british.rate} %")
assert british.action is VatChargeAction.no_charge
print("One rate a country on every day, four of them ended. As described.")
PYTHON
