#!/usr/bin/env bash
# sepaxml 2.7.0: the second `export()` of a batch holds every payment twice, and its header counts them three times.
#
# `export()` is said to "output the xml as string". It also changes what it outputs: `SepaPaymentInitn.export` calls
# `_finalize_batch`, which appends a <PmtInf> block for each batch to the document and leaves the batches where they are. Asked
# again (once to check or to show, once to hand in; or again after one more payment), the document has the same payments in one
# more block, with the same EndToEndId; each block's own count and sum fit it, and the schema is met (`validate=True` passes).
# A bank that books by block debits or pays everybody twice. The sums of the group header start from what the first export wrote
# there, so they fit neither: a bank that compares them refuses the file. Without batches the payments are right, the sums doubled.
# Seen for transfers and direct debits; in the project's tracker nothing about it was found. Way round: call `export()` once, keep
# the bytes, and build a new object for a further file.
# Seen on 2026-11-30 with Python 3.11; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    sepaxml==2.7.0 xmlschema==4.3.2 text-unidecode==1.3
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import datetime
from xml.etree import ElementTree

from sepaxml import SepaDD, SepaTransfer

DAY = datetime.date(2026, 12, 1)
SHOP = {"name": "Bakery", "IBAN": "NL50BANK1234567890", "BIC": "BANKNL2A", "currency": "EUR"}


def transfers(batch: bool) -> SepaTransfer:
    made = SepaTransfer({**SHOP, "batch": batch}, schema="pain.001.001.03")
    for name, cents in (("payout-1", 1000), ("payout-2", 250)):
        made.add_payment(
            {
                "name": "Mill",
                "IBAN": "NL50BANK1234567890",
                "BIC": "BANKNL2A",
                "amount": cents,
                "execution_date": DAY,
                "description": name,
                "endtoend_id": name,
            }
        )
    return made


def debits() -> SepaDD:
    made = SepaDD(
        {**SHOP, "batch": True, "creditor_id": "DE26ZZZ00000000000"},
        schema="pain.008.001.02",
    )
    for name, cents in (("order-1", 1000), ("order-2", 250)):
        made.add_payment(
            {
                "name": "Anna",
                "IBAN": "NL50BANK1234567890",
                "BIC": "BANKNL2A",
                "amount": cents,
                "type": "OOFF",
                "collection_date": DAY,
                "mandate_id": name,
                "mandate_date": datetime.date(2026, 1, 2),
                "description": name,
                "endtoend_id": name,
            }
        )
    return made


def told(xml: bytes) -> tuple[list[str], list[str], list[str]]:
    """The payments by name; counts and sums, the header's first and each block's after it."""
    root = ElementTree.fromstring(xml)

    def texts(tag: str) -> list[str]:
        return [found.text or "" for found in root.iter() if found.tag.endswith("}" + tag)]

    return texts("EndToEndId"), texts("NbOfTxs"), texts("CtrlSum")


for kind, made, names in (
    ("transfers", transfers(batch=True), ["payout-1", "payout-2"]),
    ("direct debits", debits(), ["order-1", "order-2"]),
):
    first, second = told(made.export(validate=True)), told(made.export(validate=True))
    print(f"{kind}, first export: {first}\n{kind}, second export: {second}")
    assert first == (names, ["2", "2"], ["12.50", "12.50"]), first
    assert second == (names * 2, ["6", "2", "2"], ["37.50", "12.50", "12.50"]), second

single = transfers(batch=False)
first, second = told(single.export(validate=True)), told(single.export(validate=True))
print(f"one by one, second export: {second}")
assert first == (["payout-1", "payout-2"], ["2", "1", "1"], ["12.50", "10.00", "2.50"]), first
assert second == (["payout-1", "payout-2"], ["4", "1", "1"], ["25.00", "10.00", "2.50"]), second
print("Every payment of a batch stands in the second file twice. As described.")
PYTHON
