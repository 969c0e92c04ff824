"""`/vendor/admin/vat/<quarter>`: what a vendor's VAT return asks for, as a page and as a file."""

from __future__ import annotations

from quart import (
    Blueprint,
    Response,
)

from portal.frame import vendor_page
from shared.core.formats import country
from shared.core.words import word
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import (
    actor,
    vendor_id,
)
from shared.finance.invoices.vat_quarters import (
    Quarter,
    VatRow,
    as_csv,
    quarter_in,
    quarter_of,
    vat_rows,
)
from shared.trade.marketplace.queries import (
    marketplace,
    today,
)
from shared.trade.vat.sales.words import place_words, rate_words

blueprint = Blueprint(
    "vat_quarters",
    __name__,
    url_prefix="/vendor/admin/vat",
)
SHOWN = 4


async def latest_quarters() -> tuple[Quarter, ...]:
    """The quarter that runs, and those before it."""
    found = [quarter_of(await today())]
    while len(found) < SHOWN:
        found.append(found[-1].before)
    return tuple(found)


@blueprint.get("/<quarter>")
@owner
async def show(quarter: str) -> Response:
    """A row for each state and rate."""
    found = quarter_in(quarter)
    zone = (await marketplace()).zone
    rows = await vat_rows(
        vendor_id(),
        found,
        zone,
    )
    return await vendor_page(
        "portal/sales_vat/quarter.html",
        nav="vat",
        quarter=found,
        is_running=found == quarter_of(await today()),
        zone=zone,
        rows=[(_name(row), _rate(row), row) for row in rows],
    )


@blueprint.get("/<quarter>.csv")
@owner
async def as_file(quarter: str) -> Response:
    """The same as CSV."""
    found = quarter_in(quarter)
    rows = await vat_rows(
        vendor_id(),
        found,
        (await marketplace()).zone,
    )
    name = f"{actor().vendor_slug}-vat-{found}.csv"
    return Response(
        as_csv(found, rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _name(row: VatRow) -> str:
    said = word("sales_vat.treatments", row.treatment.value or "unknown")
    if row.customer:
        state = country(row.state) if row.state != "XI" else row.customer[:2]
        return f"{state}: {said}, {row.customer}"
    return f"{place_words(row.state, row.region)}: {said}" if row.state else said


def _rate(row: VatRow) -> str:
    return "" if row.rate is None else rate_words(row.rate)
