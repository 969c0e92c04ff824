"""A vendor with a VAT number, and the month that it is charged for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.core import clock
from shared.finance.statements.invoice_issuer import save_identity
from shared.finance.statements.models import Statement
from shared.finance.statements.service import close_vendor
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.service import state_number
from tests.support.books import at, sold
from tests.support.factories import make_ready_vendor
from tests.support.issuer import US

if TYPE_CHECKING:
    from shared.trade.vendors.models import Vendor


NOVEMBER = at("2026-11-01 01:00")


DANE, SWISS = "DK13585628", "CHE-107.787.577 MWST"


async def a_vendor(country: str = "DK", number: str = "", **values: Any) -> Vendor:
    """A vendor that may state a number, and a marketplace in Luxembourg."""
    await save_identity(US, actor="test")
    vendor = await make_ready_vendor(country=country, **values)
    if number:
        await state_number(holder=of_vendor(vendor.id), text=number, actor="member:1")
    return vendor


async def october(
    vendor: Vendor,
    *,
    currency: str = "EUR",
    closes: int = 1,
) -> Statement | None:
    """Close an October with 11.70 of commission in it."""
    await sold(
        vendor, at("2026-10-05 10:00"), total=11700, commission=1170, currency=currency
    )
    with clock.use(lambda: NOVEMBER):
        assert await close_vendor(vendor.id) == closes
    return await Statement.get_or_none(vendor_id=vendor.id)
