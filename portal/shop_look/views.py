"""`/vendor/admin/shop/look`: the words, colour and pictures of a vendor's shop."""

from __future__ import annotations

from collections.abc import Mapping

from quart import Blueprint, Response, request

from portal.frame import vendor_page
from portal.shop_look.forms import ShopLookForm
from shared.core.errors import Conflict, Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import large_body, owner
from shared.entrypoints.web.bodies import MAX_UPLOAD
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.pictures import service as pictures
from shared.trade.pictures.rules import EncodedPicture
from shared.trade.pictures.shop_look import ShopLook, save_look, shop_look
from shared.trade.vendors.queries import vendor_by_id

blueprint = Blueprint("shop_look", __name__, url_prefix="/vendor/admin/shop/look")


@blueprint.get("")
@owner
async def show() -> Response:
    """How the shop looks."""
    now = await shop_look(vendor_id())
    form = ShopLookForm(data=dict(_shown(now)), meta={"currency": None})
    return await _page(form)


@blueprint.post("")
@owner
@large_body(MAX_UPLOAD, of="pictures")
@limit("60/minute")
async def change() -> Response:
    """Save words and colour, and what pictures are brought."""
    form = await ShopLookForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    try:
        await save_look(
            vendor_id=vendor_id(),
            values=form.values(),
            logo=await _brought("logo"),
            cover=await _brought("cover"),
            actor=actor_label(actor()),
            look=form.look(
                _shown,
                page=_address(),
                trail=Trail(f"vendor:{vendor_id()}", ("vendor.shop_look_changed",)),
            ),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        return await _page(form, status=error.status)
    return see_other(_address(), ("ok", _("Your shop looks like this now.")))


def _shown(now: ShopLook) -> Mapping[str, object]:
    return dict(vars(now))


async def _brought(name: str) -> EncodedPicture | None:
    """The picture of this field, made anew; None without one. Raises Invalid at the field."""
    given = (await request.files).get(name)
    if given is None or not given.filename:
        return None
    try:
        return await pictures.made(
            given.read(),
            called=given.filename[:80],
            vendor_id=vendor_id(),
        )
    except Invalid as error:
        error.param = name
        raise


async def _page(form: ShopLookForm, *, status: int = 200) -> Response:
    return await vendor_page(
        "portal/shop_look/look.html",
        status=status,
        nav="products",
        form=form,
        vendor=await vendor_by_id(vendor_id()),
        accept="image/jpeg,image/png,image/webp",
    )


def _address() -> str:
    return url_for("shop_look.show")
