"""A vendor's October, to be closed in November."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.core import clock
from shared.finance.ledger import postings
from shared.finance.statements.document import as_pdf
from shared.finance.statements.exports import as_csv
from shared.finance.statements.invoice_issuer import (
    save_identity,
)
from shared.finance.statements.queries import statement_of
from shared.finance.statements.service import close_vendor
from tests.support.books import a_dispute, arrived, at, book, refunded, sold
from tests.support.factories import make_ready_vendor
from tests.support.issuer import US

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared.trade.vendors.models import Vendor


NOVEMBER = at("2026-11-01 01:00")


@contextmanager
def now(moment: datetime) -> Iterator[None]:
    """Let it be that moment."""
    with clock.use(lambda: moment):
        yield


async def a_vendor(name: str = "Vélo Żółw", **values: str) -> Vendor:
    """A vendor, and somebody who writes invoices."""
    await save_identity(US, actor="test")
    return await make_ready_vendor(name=name, **values)


async def an_october(vendor: Vendor) -> None:
    """A month with something of everything, and a sale in September."""
    await sold(vendor, at("2026-09-30 23:59"), total=5000, commission=500)
    order = await sold(vendor, at("2026-10-01 00:00"))
    await refunded(order, at("2026-10-03 10:00"), vendor_part=1800, commission_part=200)
    await arrived(vendor, at("2026-10-08 09:00"), 4000)
    other = await sold(vendor, at("2026-10-31 23:59:59"), total=2000, commission=300)
    lost = a_dispute(other, vendor_part=1700, commission_part=300)
    await book(postings.dispute_withdrawn(lost), at("2026-10-31 23:59:59"))


async def close(vendor: Vendor, moment: datetime = NOVEMBER) -> int:
    """Close what is over at that moment."""
    with now(moment):
        return await close_vendor(vendor.id)


async def both(
    vendor: Vendor,
    month: str,
    currency: str | None = None,
) -> tuple[str, str]:
    """The digests of the statement's two files."""
    view = await statement_of(vendor.id, month, currency)
    return hashlib.sha256(as_csv(view)).hexdigest(), hashlib.sha256(
        as_pdf(view)
    ).hexdigest()
