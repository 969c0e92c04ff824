"""What a vendor sold to consumers in other member states, for the threshold of 10 000 euro a year
(article 59c of directive 2006/112/EC): net of VAT, less what went back.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import fetch
from shared.trade.marketplace.queries import today
from shared.trade.vat.sales.rules import SaleTreatment
from shared.trade.vat.sales.threshold import Threshold, threshold_of

_TREATMENTS = (SaleTreatment.ORIGIN, SaleTreatment.OSS)
CURRENCY = "EUR"

# What of an order's net worth is still there: a part of it goes back with a part of the payment.
_LEFT = (
    "({net}) * CASE WHEN o.total_amount_cents = 0 THEN 1.0"
    " ELSE 1.0 - 1.0 * o.returned_amount / o.total_amount_cents END"
)


@frozen
class DistanceSales:
    """Of this calendar year and the last, in euro; `others`: whether it also sold in currencies
    that nobody converts here.
    """

    year: int
    this_year: Money
    last_year: Money
    state: Threshold
    others: bool


@cache
def _sql(engine: str) -> str:
    is_sqlite = engine == "sqlite"
    each = (
        "json_each(o.vat_parts)" if is_sqlite else "jsonb_array_elements(o.vat_parts)"
    )
    gross, vat = (
        ("json_extract(part.value, '$.gross')", "json_extract(part.value, '$.vat')")
        if is_sqlite
        else ("(part.value->>'gross')::bigint", "(part.value->>'vat')::bigint")
    )
    left = _LEFT.format(net=f"{gross} - {vat}")
    treatments = ", ".join(f"'{one.value}'" for one in _TREATMENTS)
    return (
        "SELECT o.currency, o.paid_at >= ? AS is_now,"  # noqa: S608 - words of ours
        f" CAST(ROUND(SUM({left})) AS BIGINT) AS net"
        f" FROM orders o CROSS JOIN {each} AS part"
        " WHERE o.vendor_id = ? AND o.paid_at >= ? AND o.vat_parts IS NOT NULL"
        f" AND o.vat_treatment IN ({treatments})"
        " GROUP BY 1, 2"
    )


async def distance_sales(vendor_id: int, zone: ZoneInfo) -> DistanceSales:
    """The sums of two years, in the marketplace's zone; one query."""
    year = (await today()).year
    begin, before = _begin(year, zone), _begin(year - 1, zone)
    sums = {}
    for row in await fetch(_sql(dialect()), begin, vendor_id, before):
        key = (row["currency"], bool(row["is_now"]))
        sums[key] = int(row["net"])
    this_year = sums.get((CURRENCY, True), 0)
    last_year = sums.get((CURRENCY, False), 0)
    return DistanceSales(
        year=year,
        this_year=Money(this_year, CURRENCY),
        last_year=Money(last_year, CURRENCY),
        state=threshold_of(this_year, last_year),
        others=any(currency != CURRENCY for currency, _now in sums),
    )


def _begin(year: int, zone: ZoneInfo) -> datetime:
    """A year's first moment; in UTC, since SQLite compares moments as text."""
    return datetime(year, 1, 1, tzinfo=zone).astimezone(UTC)
