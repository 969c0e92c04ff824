#!/usr/bin/env bash
# factur-x 7.8: an e-invoice over 12345.67 kilowatt hours says 12345.7, and the rounding of an invoice in francs is in euros.
#
# `generate_xml` makes a valid CII or UBL invoice from a dictionary and, since "floats" are taken too (its changelog), writes them with
# the digits that each kind has: quantities "with 4". It formats them with "g", which is six digits in all, before and after the point:
# 12345.67 is 12345.7, 123456.7 is 123457, 99999.99 is 100000; amounts and prices are right. So quantity times price is no longer the
# amount of the line, which stands beside it (Peppol's rule 120 asks for that), and who reads an invoice with float_as="float" and
# writes it again has changed what was delivered. From 1,000,000 on "1e+06" is refused by the schema.
# In UBL every amount names its currency, and EN 16931 has one for the invoice (BT-5). The rounding amount (BT-114), which Swiss
# invoices have for their five centimes, is written with currencyID="EUR" whatever the currency; Peppol's rule 51 refuses that.
# In the project's tracker (akretion/factur-x) nothing was found. Way round: quantities as text, which is kept as it stands; CII for francs.
# Seen on 2026-12-01 with Python 3.11; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check factur-x==7.8 lxml==6.1.3
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import re
from datetime import date
from decimal import Decimal

from facturx import generate_xml, parse_ubl_cii_xml

PRICE = Decimal("0.20")


def party(name: str, number: str) -> dict[str, object]:
    return {
        "name": name,
        "country_code": "DE",
        "city": "Kiel",
        "postcode": "24103",
        "addr_l1": "Hafen 1",
        "vat_identifier": number,
        "einvoicing_addr": number,
        "einvoicing_addr_schemeid": "9930",
    }


def invoice(quantity: object, currency: str = "EUR", rounding: str = "0.00") -> dict[str, object]:
    net = (Decimal(str(quantity)) * PRICE).quantize(Decimal("0.01"))
    vat = (net * Decimal("0.19")).quantize(Decimal("0.01"))
    line = {
        "BT-126": "1",
        "BT-153": "Electricity",
        "BT-146": str(PRICE),
        "BT-129": quantity,
        "BT-130": "KWH",
        "BT-151": "S",
        "BT-152": "19.00",
        "BT-131": str(net),
    }
    return {
        "BT-1": "2026-118",
        "BT-2": date(2026, 12, 1),
        "BT-3": "380",
        "BT-5": currency,
        "BT-9": date(2026, 12, 31),
        "BT-10": "1",
        "BT-72": date(2026, 11, 30),
        "BG-4": party("Works", "DE123456789"),
        "BG-7": party("Hotel", "DE111111125"),
        "BG-23": [{"BT-116": str(net), "BT-117": str(vat), "BT-118": "S", "BT-119": "19.00"}],
        "BT-106": str(net),
        "BT-109": str(net),
        "BT-110": str(vat),
        "BT-112": str(net + vat),
        "BT-114": rounding,
        "BT-115": str(net + vat + Decimal(rounding)),
        "BG-25": [line],
    }


def written(data: dict[str, object], flavor: str = "factur-x") -> str:
    xml = generate_xml(data, flavor, level="en16931", check_xsd=True, check_schematron=False)
    return xml.decode()


def quantity(xml: str) -> str:
    return re.search(r"(?:BilledQuantity|InvoicedQuantity) unitCode=\"KWH\">(.*?)<", xml)[1]


SEEN = {12345.67: "12345.7", 123456.7: "123457", 99999.99: "100000", 1000.125: "1000.12", 10000.5: "10000.5"}
for given, seen in SEEN.items():
    found = [quantity(written(invoice(given), flavor)) for flavor in ("factur-x", "ubl-2.1")]
    print(f"{given}: {found[0]}; as text {quantity(written(invoice(str(given))))}")
    assert found == [seen, seen], found
    assert quantity(written(invoice(str(given)))) == str(given)

xml = written(invoice("12345.67"))
again = written(parse_ubl_cii_xml(xml.encode(), float_as="float"))
amount = re.search(r"<ram:LineTotalAmount>(.*?)<", again)[1]
print(f"read and written again: {quantity(again)} for {amount}, by the price {Decimal(quantity(again)) * PRICE}")
assert (quantity(again), amount) == ("12345.7", "2469.13")

xml = written(invoice("12345.67", "CHF", "-0.01"), "ubl-2.1")
currencies = dict(re.findall(r'<cbc:(\w+Amount) currencyID="(\w+)"', xml))
print(currencies)
assert currencies.pop("PayableRoundingAmount") == "EUR"
assert set(currencies.values()) == {"CHF"}
PYTHON
echo "Six digits of a quantity are kept, and centimes are cents. As described."
