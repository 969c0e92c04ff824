"""The receipt that a bank reads says what of the total is VAT."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.core.money import Money
from shared.finance.disputes.response_draft import Facts
from shared.finance.statements.pdf import Sheets, Text
from shared.finance.statements.receipt import as_pdf
from shared.trade.orders.sold_vat import PaidVat, SoldTo, SoldVat
from shared.trade.vat.sales.rules import SaleTreatment


def euros(amount: int) -> Money:
    return Money(amount, "EUR")


def facts(vat: SoldVat | None) -> Facts:
    """An order of which only the VAT matters."""
    return Facts(
        vendor_name="Lux",
        number="MH-7KQ2-9FXD",
        charge_id="ch_1",
        total=euros(2000),
        lines=(),
        full_name="Ada",
        email="ada@example.test",
        address=(),
        placed_at=datetime(2026, 11, 30, tzinfo=UTC),
        paid_at=None,
        shipped_at=None,
        delivered_at=None,
        carrier="",
        tracking="",
        ip="",
        terms_version="",
        terms_accepted_at=None,
        terms_link="",
        terms_on_returns="",
        vat=vat,
    )


OSS = SoldVat(
    SaleTreatment.OSS,
    "DE",
    (PaidVat(1900, euros(1681), euros(319)),),
    euros(0),
)
BUSINESS = SoldVat(
    SaleTreatment.REVERSE_CHARGE,
    "",
    (PaidVat(0, euros(2000), euros(0)),),
    euros(0),
    SoldTo("DE136695976", "Acme GmbH", None, "LU15027442", euros(380)),
)


@pytest.mark.parametrize(
    ("vat", "said"),
    [
        (OSS, "VAT 19% in the price 3.19"),
        (BUSINESS, "VAT 0%, reverse charge: DE136695976 0.00"),
        (None, ""),
    ],
)
def test_a_receipt_says_what_of_the_total_is_vat(
    vat: SoldVat | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By rate, a business's by its number; nothing where nothing is known."""
    words: list[str] = []
    finished = Sheets.pdf

    def pdf(sheets: Sheets) -> bytes:
        for page in sheets.pages:
            words.extend(item.words for item in page if isinstance(item, Text))
        return finished(sheets)

    monkeypatch.setattr(Sheets, "pdf", pdf)
    as_pdf(facts(vat), seller="Markethall")
    text = " ".join(filter(None, words))
    assert said in text
    assert ("VAT" in text) == bool(said)
