"""What was handed out stays what it was: files of months that were closed before zones and second
currencies, to the byte.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shared.core.locales import LANGUAGES, speaking
from shared.core.money import Money
from shared.finance.statements import months
from shared.finance.statements.document import as_pdf
from shared.finance.statements.exports import as_csv
from shared.finance.statements.pdf import Sheets, Text
from shared.finance.statements.queries import StatementView
from shared.finance.statements.rules import (
    Party,
    StatementLine,
    StatementSheet,
    invoice,
)
from shared.trade.vat.rules import Rate, StateVat, converted

REVERSE = "Reverse charge: the recipient accounts for the VAT (Article 196, Directive 2006/112/EC)."
LINES = (
    StatementLine(
        "sale",
        datetime(2026, 10, 1, tzinfo=UTC),
        7,
        10000,
        -1000,
        9000,
        13500,
        "pi_1",
    ),
    StatementLine(
        "refund",
        datetime(2026, 10, 3, 10, tzinfo=UTC),
        7,
        -2000,
        200,
        -1800,
        11700,
        "re_1",
    ),
    StatementLine(
        "payout_arrived",
        datetime(2026, 10, 8, 9, tzinfo=UTC),
        None,
        -4000,
        0,
        -4000,
        7700,
        "po_1",
    ),
    StatementLine(
        "sale",
        datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC),
        8,
        2000,
        -300,
        1700,
        9400,
        "pi_2",
    ),
)
# As the version before made them. They change with the fonts and with reportlab's own bytes, and
# with nothing else.
CSV = "b840b10ac6e1087e6596a4ec658dae261965fb7fcafb2d89918b3225c497204e"
PDF = {
    "": "5ecd62da78e373813198feaa4d2ce62f3eb4a1ca339fb9a525b5ed1f77731289",
    REVERSE: "6940bfd7af4728930d70eab079c7daf4e14d944611207b8e6fb7000d2c06e05d",
}


def closed_in_utc(note: str = "") -> StatementView:
    """A month as it was closed when there was one zone."""
    zone = ZoneInfo("UTC")
    return StatementView(
        vendor_id=3,
        vendor_name="Vélo Nord",
        month="2026-10",
        currency="DKK",
        number="MH-2026-000002",
        issued_at=datetime(2026, 11, 1, 1, tzinfo=UTC),
        is_running=False,
        sheet=StatementSheet(4500, LINES, 9400, 100, 50, 44),
        invoice=invoice(LINES, Decimal("17.00"), note),
        seller=Party(
            "Markethall S.à r.l.",
            ("12, rue du Marché", "L-1728 Luxembourg"),
            "LU",
            "LU12345678",
        ),
        buyer=Party("Vélo Nord", ("Aarhus",), "DK", "DK12345678" if note else ""),
        numbers={7: "MH-7KQ2-9FXD", 8: "MH-7KQ2-9FXE"},
        zone=zone,
        starts_at=months.starts("2026-10", zone),
        ends_at=months.ends("2026-10", zone),
    )


def in_luxembourg() -> StatementView:
    """A month of another zone, its VAT in two currencies."""
    zone = ZoneInfo("Europe/Luxembourg")
    view = replace(
        closed_in_utc(),
        zone=zone,
        starts_at=months.starts("2026-10", zone),
        ends_at=months.ends("2026-10", zone),
    )
    rate = Rate(
        "EUR", "DKK", Decimal("7.4604"), "European Central Bank", date(2026, 10, 30)
    )
    return replace(
        view,
        state_vat=StateVat(converted(Money(view.invoice.vat, "DKK"), rate), rate),
    )


@pytest.mark.parametrize("note", PDF, ids=["charged", "reverse charge"])
def test_a_month_closed_before_is_made_again_to_the_byte(note: str) -> None:
    """Also its numbers that would not be taken today, and whatever language is spoken."""
    view = closed_in_utc(note)
    for language in LANGUAGES:
        with speaking(language):
            assert hashlib.sha256(as_csv(view)).hexdigest() == CSV
            assert hashlib.sha256(as_pdf(view)).hexdigest() == PDF[note]


def test_a_month_names_the_marketplace_as_it_was_called_then() -> None:
    """At the head of each page, in the lines and in the sums; one from before that was kept says
    what it said.
    """
    taken = StatementLine(
        "taken",
        datetime(2026, 10, 4, 9, tzinfo=UTC),
        None,
        -500,
        0,
        -500,
        0,
        "trr_1",
    )
    before = replace(
        closed_in_utc(),
        sheet=StatementSheet(500, (taken,), 0, 0, 0, 1),
    )
    named = replace(before, market="Basar")
    for view, name in ((before, "Markethall"), (named, "Basar")):
        assert f"Taken back by {name}" in as_csv(view).decode()
        assert view.sheet.sums() == (("taken", -500),)
        assert view.words_of("taken")["many"] == f"Taken back by {name}"
    assert as_pdf(named) != as_pdf(replace(named, market="Agora"))


def test_days_in_the_files_are_those_of_the_statements_zone() -> None:
    """A sale in UTC's last second of October is of November in Luxembourg, and the file says by
    which clock.
    """
    first, opening, sale, *_, last, closing = (
        as_csv(in_luxembourg()).decode().split("\r\n")[:7]
    )
    assert first.startswith("date,")
    assert opening.startswith("2026-10-01T00:00:00+02:00,opening")
    assert sale.startswith("2026-10-01T02:00:00+02:00,sale")
    assert last.startswith("2026-11-01T00:59:59+01:00,sale")
    assert closing.startswith("2026-11-01T00:00:00+01:00,closing")
    told = as_pdf(in_luxembourg())
    assert told != as_pdf(closed_in_utc())


def test_the_pdf_names_its_zone_and_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the total: the VAT in the state's currency, at which rate, of whom and when."""
    written: list[str] = []

    def pdf(sheets: Sheets) -> bytes:
        written.extend(
            item.words
            for page in sheets.pages
            for item in page
            if isinstance(item, Text)
        )
        return b""

    monkeypatch.setattr(Sheets, "pdf", pdf)
    as_pdf(in_luxembourg())
    assert "Europe/Luxembourg" in written
    at = written.index("VAT in EUR")
    assert written[at : at + 3] == [
        "VAT in EUR",
        "0.21",
        "1 EUR = 7.4604 DKK, European Central Bank, 30 Oct 2026",
    ]
    written.clear()
    as_pdf(closed_in_utc())
    assert "VAT in EUR" not in written


def test_vat_stands_in_the_states_currency_with_rate_source_and_day() -> None:
    """160 øre of VAT (17 % in 11.00 kroner) are 21 cents; the rows are the last, the columns always
    the same.
    """
    *_, vat, in_state, end = as_csv(in_luxembourg()).decode().split("\r\n")
    assert vat == "2026-11-01T00:00:00+01:00,vat,VAT in the platform fee,,,-1.60,,,DKK,"
    assert in_state == (
        '2026-11-01T00:00:00+01:00,vat_state,"VAT in EUR: 1 EUR = 7.4604 DKK (European Central '
        'Bank, 30 Oct 2026)"'
        ",,,-0.21,,,EUR,"
    )
    assert not end
    assert "vat" not in as_csv(closed_in_utc()).decode()
