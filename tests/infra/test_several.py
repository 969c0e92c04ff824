"""Rows of several tables with one statement are what the ORM reads of each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.core import clock
from shared.infra.database.raw_sql import one_row
from shared.infra.database.several import Records, Rows, read
from shared.infra.database.tables import models
from shared.trade.orders.models import OrderLine
from shared.trade.vat.models import VatRate
from shared.trade.vendors.models import Vendor
from tests.support.factories import (
    make_dispute,
    make_order,
    make_payment,
    make_ready_vendor,
    make_refund,
)
from tests.support.storefront import counted

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]


async def fill() -> None:
    """Two of most things, with every kind of column: JSON, decimals, days, moments, texts."""
    rate: dict[str, Any] = {
        "base": "EUR",
        "quote": "DKK",
        "rate": Decimal("7.4600"),
        "source": 'a "list", ünd\n',
        "day": date(2026, 10, 31),
        "entered_by": "test",
    }
    await VatRate.create(**rate)
    for _ in range(2):
        vendor = await make_ready_vendor(closed_until=date(2026, 12, 24))
        order = await make_order(vendor, paid_at=clock.now())
        await make_refund(await make_payment(order, status="succeeded"))
        await make_dispute(order, evidence={"a": ["ü", 1, None]}, due_by=clock.now())


def told(row: Any) -> dict[str, Any]:
    """The columns of a row, with their types."""
    values = {name: getattr(row, name) for name in row._meta.fields_db_projection}
    return {name: (type(value), value) for name, value in values.items()}


async def test_every_table_is_read_as_the_orm_reads_it() -> None:
    """Column by column, of all rows, with one statement."""
    await fill()
    asked = {model: Rows(model, "1 = 1") for model in models()}
    parts = [rows() for rows in asked.values()]
    with counted() as statements:
        half = len(parts) // 2
        found = [await read(*parts[:half]), await read(*parts[half:])]
    assert len(statements) == 2
    filled = 0
    for place, (model, rows) in enumerate(asked.items()):
        ours = found[place >= half].of(rows)
        filled += bool(ours)
        expected = await model.all().order_by("id")
        assert [told(row) for row in ours] == [told(row) for row in expected], model
    assert filled >= 9


async def test_one_row_is_the_first_that_the_orm_reads() -> None:
    """Whole; none where none is meant."""
    await fill()
    for model in models():
        last = await model.all().order_by("-id").first()
        found = await one_row(model, "t.id > ? ORDER BY t.id DESC", 0)
        assert (last is None) is (found is None), model
        assert last is None or told(found) == told(last)
        assert await one_row(model, "t.id = ?", 4711) is None


async def test_parts_keep_to_their_values_order_and_limit() -> None:
    """Each has its own; nothing found is nothing."""
    await fill()
    newest = Rows(Vendor, "t.country = ?", order="t.id DESC", limit=1)
    none = Rows(OrderLine, "t.order_id = ?")
    count = Records(
        "SELECT COUNT(*) AS lines FROM order_lines WHERE id > ?", ("lines",)
    )
    found = await read(newest("LU"), none(4711), count(0))
    last = await Vendor.all().order_by("-id").first()
    assert last is not None
    assert [row.id for row in found.of(newest)] == [last.id]
    assert (found.of(none), found.one(none)) == ([], None)
    assert found.records(count) == [{"lines": await OrderLine.all().count()}]
