"""`/vendor/admin/business`: who a vendor is by law, as shoppers and invoices read it."""

from __future__ import annotations

from collections.abc import Mapping

from quart import Blueprint, Response

from portal.frame import vendor_page
from portal.seller.forms import SellerForm
from shared.core.errors import Conflict, Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.vendors.seller import (
    OwnBusiness,
    SellerDetails,
    own_business,
    save_seller,
)

blueprint = Blueprint("seller", __name__, url_prefix="/vendor/admin/business")


@blueprint.get("")
@owner
async def show() -> Response:
    """What the vendor has said of its business."""
    now = await own_business(vendor_id())
    shown = dict(_shown(now.details))
    return await _page(SellerForm(data=shown, meta={"currency": None}), now)


@blueprint.post("")
@owner
@limit("60/minute")
async def change() -> Response:
    """Say it otherwise."""
    form = await SellerForm.from_request()
    if not form.ok():
        return await _page(form, await own_business(vendor_id()), status=422)
    here = url_for("seller.show")
    trail = Trail(f"vendor:{vendor_id()}", ("vendor.seller_changed",))
    try:
        await save_seller(
            vendor_id=vendor_id(),
            values=form.values(),
            actor=actor_label(actor()),
            look=form.look(_shown, page=here, trail=trail),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        now = await own_business(vendor_id())
        return await _page(form, now, status=error.status)
    said = _("Saved. It stands on your shop’s page, and on invoices from now on.")
    return see_other(here, ("ok", said))


def _shown(now: SellerDetails) -> Mapping[str, object]:
    return dict(vars(now))


async def _page(
    form: SellerForm,
    now: OwnBusiness,
    *,
    status: int = 200,
) -> Response:
    return await vendor_page(
        "portal/seller/business.html",
        status=status,
        nav="business",
        form=form,
        business=now,
    )
