"""`/operator/orders/<number>/timeline`: everything that happened to one order's money."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from portal.operator.happenings import lines
from shared.orders.lists import order_id_of
from shared.web.access import operator
from shared.web.pages import page
from shared.webhooks.timeline import timeline

blueprint = Blueprint("operator_timeline", __name__, url_prefix="/operator/orders")


async def order_timeline(order_id: int) -> dict[str, Any]:
    """What `portal/operator/_timeline.html` needs."""
    found = await timeline(order_id)
    return {"happenings": lines(found), "happenings_cut": found.cut}


@blueprint.get("/<number>/timeline")
@operator
async def show(number: str) -> Response:
    """Everything that happened to one order: what we did, every event, what we decided and what changed."""
    order_id = await order_id_of(number)
    return await page(
        "portal/operator/timeline.html", nav_active="webhooks", number=number, **await order_timeline(order_id)
    )
