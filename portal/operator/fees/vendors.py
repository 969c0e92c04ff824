"""`/operator/fees/vendors`: the vendors that somebody may mean, while they type."""

from __future__ import annotations

from quart import Blueprint, Response, request

from shared.entrypoints.web.access import operator
from shared.entrypoints.web.kit import is_htmx
from shared.entrypoints.web.limits import limit_instead
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.trade.vendors.search import first_shops, shops_like

blueprint = Blueprint("operator_fee_vendors", __name__, url_prefix="/operator/fees")
_LONGEST = 100


@blueprint.get("/vendors")
@operator
@limit_instead("600/minute")
async def offered() -> Response:
    """What the list below the field offers now; who comes without script is sent to the page."""
    if not is_htmx():
        return see_other(url_for("operator_fees.show"))
    typed = request.args.get("vendor", "").strip()
    found = shops_like(typed[:_LONGEST]) if typed else first_shops()
    return await page(
        "portal/operator/_vendor_options.html",
        vendors=await found,
    )
