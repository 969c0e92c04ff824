"""A vendor's quarter by state and rate: what was invoiced, less what was credited."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.core.errors import NotFound
from shared.core.money import Money
from shared.finance.invoices import vat_quarters
from shared.finance.invoices.models import SalesDocument
from shared.finance.invoices.vat_quarters import (
    Quarter,
    as_csv,
    quarter_in,
    quarter_of,
    vat_rows,
)
from tests.support.factories import make_order, make_ready_vendor

BERLIN = ZoneInfo("Europe/Berlin")
FOURTH = Quarter(2026, 4)


def test_a_quarter_is_read_as_it_is_written() -> None:
    """And knows the one before it, and its bounds in a zone."""
    assert quarter_in("2026-Q4") == FOURTH == quarter_of(date(2026, 12, 31))
    assert str(Quarter(2026, 1).before) == "2025-Q4"
    assert [Quarter(2026, 1).name, FOURTH.name] == [
        "1st quarter 2026",
        "4th quarter 2026",
    ]
    assert quarter_of(date(2026, 3, 31)) == Quarter(2026, 1)
    begin, end = FOURTH.bounds(BERLIN)
    assert begin == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert end == datetime(2026, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-Q5", "2026-4", "1999-Q1", "9999-Q1", "٢٠٢٦-Q1"])
def test_what_is_no_quarter_is_not_there(text: str) -> None:
    """Whatever the address says."""
    with pytest.raises(NotFound):
        quarter_in(text)


async def document(vendor: Any, count: int, kind: str, **content: Any) -> None:
    """One more document of a vendor, as it was issued in November."""
    order = await make_order(vendor)
    made = await SalesDocument.create(
        vendor_id=vendor.id,
        order_id=order.id,
        kind=kind,
        number=f"{vendor.slug}-{count}",
        year=2026,
        count=count,
        language="en",
        content={"currency": "EUR", "vat": [], "vat_state": "", **content},
    )
    at = datetime(2026, 11, 30, tzinfo=UTC)
    await SalesDocument.filter(id=made.id).update(created_at=at)


def row(rate: int, net: int, vat: int) -> dict[str, int]:
    return {"rate": rate, "net": net, "vat": vat, "gross": net + vat}


async def test_a_quarter_adds_up_by_state_and_rate(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credit notes are taken off, one undone is not; other vendors, and what nobody knows the VAT
    of, stand apart; however many are read at once.
    """
    monkeypatch.setattr(vat_quarters, "AT_ONCE", 2)
    mine, other = await make_ready_vendor(), await make_ready_vendor()
    germany = {"vat_treatment": "oss", "vat_state": "DE"}
    both = [row(1900, 10000, 1900), row(700, 1000, 70)]
    await document(mine, 1, "invoice", vat=both, total=12970, **germany)
    await document(
        mine, 2, "credit_note", vat=[row(1900, 1000, 190)], total=1190, **germany
    )
    await document(mine, 3, "reversal", vat=[row(1900, 500, 95)], total=595, **germany)
    await document(mine, 4, "invoice", total=5000, vat_treatment="export")
    await document(mine, 5, "invoice", total=700)
    await document(mine, 6, "invoice", total=0, **germany)  # a code paid for all
    await document(other, 1, "invoice", vat=both, total=12970, **germany)
    rows = await vat_rows(mine.id, FOURTH, BERLIN)
    told = [
        (each.treatment, each.state, each.rate, each.net.amount, each.vat.amount)
        for each in rows
    ]
    assert told == [
        ("", "", None, 700, 0),
        ("oss", "DE", 1900, 9500, 1805),
        ("oss", "DE", 700, 1000, 70),
        ("export", "", None, 5000, 0),
    ]
    assert {each.region for each in rows} == {""}
    assert rows[1].gross == Money(11305, "EUR")
    assert await vat_rows(mine.id, FOURTH.before, BERLIN) == ()
    lines = as_csv(FOURTH, rows).decode().split("\r\n")
    assert lines[0] == (
        "quarter,treatment,state,rate,net,vat,gross,currency,customer_vat_number,region"
    )
    assert lines[2] == "2026-Q4,oss,DE,19.00,95.00,18.05,113.05,EUR,,"
    assert lines[4] == "2026-Q4,export,,,50.00,0.00,50.00,EUR,,"


async def test_a_region_with_rates_of_its_own_has_its_own_rows(database: str) -> None:
    """A rate that a state and its region share is two rows; the file names the region."""
    mine = await make_ready_vendor()
    portugal = {"vat_treatment": "oss", "vat_state": "PT"}
    books = [row(400, 1000, 40)]
    for count, told in enumerate(
        (portugal, {**portugal, "vat_region": "azores"}, {**portugal, "vat_region": ""})
    ):
        await document(mine, count + 1, "invoice", vat=books, total=1040, **told)
    rows = await vat_rows(mine.id, FOURTH, BERLIN)
    assert [(each.region, each.vat.amount) for each in rows] == [
        ("", 80),
        ("azores", 40),
    ]
    assert as_csv(FOURTH, rows).decode().split("\r\n")[2] == (
        "2026-Q4,oss,PT,4.00,10.00,0.40,10.40,EUR,,azores"
    )
