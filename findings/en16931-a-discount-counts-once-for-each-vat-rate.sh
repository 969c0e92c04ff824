#!/usr/bin/env bash
# en16931 0.2: on an e-invoice with two rates of VAT a discount is taken off twice, 2.5 per cent are 3.00 of 100.00, and one is all of it.
#
# An `Invoice` has one discount and one charge for the document, and `to_xml` writes UBL with the sums. `taxable_base(tax)` takes the whole
# of both into account at every rate: bread of 100.00 at 7 % and wine of 100.00 at 19 % less 20.00 are 180.00 net, and taxable 80.00 and
# 80.00. EN 16931 wants of each rate its lines, less its own share of the discounts (rule BR-S-08), and one rate for a discount, where
# two are written (one of them as 7.000000000000001). So VAT of 1.40 to 3.80 is not asked for, and as much too much with postage of 20.00.
# `discount_percent` is rounded to whole per cents before it is used: 2.5 gives 3.00, 12.5 gives 12.00, and 0.025 gives 3.00 as well.
# Up to 1 it is a fraction and above a number of per cents, so 2 takes 2.00 and 1 takes 100.00. `discount_amount` 2.50 is kept, and
# explained as 3 % of a sum of 83.33 that is nowhere else in the invoice.
# Nothing of it is in the documentation, nor in the project's tracker (invinet/python-en16931). Way round: discounts and postage as lines
# of their rate, and no percentages.
# Seen on 2026-12-01 with Python 3.11; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check en16931==0.2 lxml==6.1.3 jinja2==3.1.6
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import re

from en16931 import Entity, Invoice, InvoiceLine

BREAD, WINE = ("Bread", 0.07), ("Wine", 0.19)


def party(name: str, number: str) -> Entity:
    return Entity(
        name=name,
        registration_name=name,
        tax_scheme="VAT",
        tax_scheme_id=number,
        party_legal_entity_id=number,
        country="DE",
        endpoint=number,
        endpoint_scheme="DE:VAT",
        mail="a@shop.example",
        address="Hafen 1",
        postalzone="24103",
        city="Kiel",
    )


def invoice(*goods: tuple[str, float], **more: float) -> Invoice:
    """One of each for 100.00."""
    made = Invoice(invoice_id="2026-119", currency="EUR")
    made.issue_date, made.due_date = "2026-12-01", "2026-12-31"
    made.seller_party, made.buyer_party = party("Mill", "DE123456789"), party("Hotel", "DE111111125")
    for name, rate in goods:
        line = InvoiceLine(
            quantity=1, unit_code="EA", price=100, item_name=name, currency="EUR", tax_percent=rate, tax_category="S"
        )
        made.add_line(line)
    for what, value in more.items():
        setattr(made, what, value)
    return made


def texts(xml: str, block: str, tag: str) -> list[str]:
    """What stands in a tag, in each block of the document's own."""
    parts = re.findall(rf"<cac:{block}>.*?</cac:{block}>", xml, re.S)
    return [text for part in parts for text in re.findall(rf"<cbc:{tag}[^>]*>(.*?)<", part)]


for what in ("discount_amount", "charge_amount"):
    xml = invoice(BREAD, WINE, **{what: 20}).to_xml()
    bases, net = texts(xml, "TaxSubtotal", "TaxableAmount"), texts(xml, "LegalMonetaryTotal", "TaxExclusiveAmount")
    vat, rates = texts(xml, "TaxTotal", "TaxAmount")[0], sorted(texts(xml, "AllowanceCharge", "Percent"))
    print(f"{what} 20.00: net {net}, taxable {bases}, VAT {vat}, rates of the one {what} {rates}")
    less = what == "discount_amount"
    assert (net, bases) == ((["180.00"], ["80.00"] * 2) if less else (["220.00"], ["120.00"] * 2))
    assert vat == ("20.80" if less else "31.20")
    assert rates == ["19.0", "7.000000000000001"], rates

SEEN = {2: "2.00", 2.5: "3.00", 0.025: "3.00", 12.5: "12.00", 1: "100.00", 1.01: "1.00"}
for percent, seen in SEEN.items():
    taken = invoice(WINE, discount_percent=percent).discount_amount
    print(f"discount_percent {percent} of 100.00: {taken}")
    assert repr(taken) == seen, taken

xml = invoice(WINE, discount_amount=2.50).to_xml()
explained = [texts(xml, "AllowanceCharge", tag) for tag in ("Amount", "MultiplierFactorNumeric", "BaseAmount")]
print("discount_amount 2.50:", *explained)
assert explained == [["2.50"], ["3.0"], ["83.33"]], explained
PYTHON
echo "One discount for each rate, and one per cent is a hundred. As described."
