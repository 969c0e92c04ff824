"""What pages show of many statements: a vendor's months, and the operator's list."""

from __future__ import annotations

from itertools import pairwise

from shared.core import clock
from shared.core.formats import month_and_year
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.statements import entries, months
from shared.finance.statements.models import Statement
from shared.infra.database.paging import Paged, window_of
from shared.trade.marketplace.queries import marketplace
from shared.trade.vendors.models import Vendor

PAGE_SIZE = 50


@frozen
class MonthRow:
    """A line of a list of months.

    Without a number it is not closed; `is_running` while it lasts.
    """

    vendor_id: int
    vendor_name: str
    month: str
    currency: str
    opening: Money
    closing: Money
    commission: Money | None
    number: str | None
    is_running: bool

    @property
    def name(self) -> str:
        """`October 2026`."""
        return month_and_year(self.month)


@frozen(kw_only=True)
class StatementPage(Paged):
    """A page of closed months of all vendors."""

    rows: tuple[MonthRow, ...]


async def months_of(vendor_id: int) -> tuple[MonthRow, ...]:
    """A vendor's months in each of its currencies, newest first: closed ones, and those with
    movements that are not.
    """
    vendor = await Vendor.get(id=vendor_id)
    closed = await Statement.filter(vendor_id=vendor_id).order_by("-month", "currency")
    rows = [_row(row, vendor.name) for row in closed]
    for currency in await entries.currencies(vendor_id):
        rows += await _open_rows(vendor, currency)
    rows.sort(key=lambda row: (row.month, row.currency), reverse=True)
    return tuple(rows)


async def _open_rows(vendor: Vendor, currency: str) -> list[MonthRow]:
    """The running balance at the end of each month that is not closed."""
    zone = (await marketplace()).zone
    now = months.month_of(clock.now(), zone)
    found = await entries.open_months(vendor.id, currency, zone, upto=now)
    if not found:
        return []
    closed = await entries.last_closed(vendor.id, currency)
    account = entries.RunningAccount(vendor.id, currency, closed)
    moments = [months.starts(found[0], zone)]
    moments += [months.ends(month, zone) for month in found]
    balances = await entries.balances_at(account, moments)
    if closed is not None and months.following(closed.month) == found[0]:
        balances[0] = closed.closing  # what turned up since is in the first open month
    rows = []
    spans = pairwise(balances)
    for month, (opening, closing) in zip(found, spans, strict=True):
        rows.append(
            MonthRow(
                vendor.id,
                vendor.name,
                month,
                currency,
                Money(opening, currency),
                Money(closing, currency),
                None,
                None,
                is_running=month == now,
            )
        )
    return rows


def _row(row: Statement, vendor_name: str) -> MonthRow:
    return MonthRow(
        row.vendor_id,
        vendor_name,
        row.month,
        row.currency,
        Money(row.opening, row.currency),
        Money(row.closing, row.currency),
        Money(row.commission, row.currency),
        row.number,
        is_running=False,
    )


async def closed_statements(*, page: int = 1) -> StatementPage:
    """The closed months of all vendors, the newest invoice first."""
    query = Statement.all()
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    rows = (
        await query.order_by("-id")
        .offset(shown.offset)
        .limit(shown.limit)
        .select_related("vendor")
    )
    return StatementPage(
        rows=tuple(_row(row, row.vendor.name) for row in rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
    )
