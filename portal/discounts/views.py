"""`/vendor/admin/discounts`: the codes that a vendor gives its shoppers."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response, request

from portal.discounts import saving
from portal.discounts.forms import DiscountForm, NewDiscountForm, from_discount
from portal.discounts.saving import DiscountPages
from portal.discounts.shown import row, rows
from portal.frame import vendor_page
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.paging import pager
from shared.finance.connect.queries import get_vendor_payment_config
from shared.trade.discounts.queries import (
    DiscountView,
    discount_view,
    discounts_page,
)
from shared.trade.discounts.service import DiscountOwner
from shared.trade.marketplace.queries import marketplace

blueprint = Blueprint("discounts", __name__, url_prefix="/vendor/admin/discounts")


@blueprint.get("")
@owner
async def show() -> Response:
    """The vendor's codes, the newest first, how often each was used and what it cost."""
    found = await discounts_page(vendor_id(), page=page_number())
    zone = (await marketplace()).zone
    return await vendor_page(
        "portal/discounts/list.html",
        nav="discounts",
        rows=rows(found.rows, zone),
        pager=pager(url_for("discounts.show"), found),
        zone=zone,
    )


@blueprint.get("/new")
@owner
async def new() -> Response:
    """An empty form."""
    return await _form_page(await _read(NewDiscountForm), None)


@blueprint.post("/new")
@owner
async def create() -> Response:
    """Make a code."""
    form = await _read(NewDiscountForm)
    if not form.ok():
        return await _form_page(form, None, 422)
    return await saving.create(await _pages(), form)


@blueprint.get("/<int:discount_id>")
@owner
async def edit(discount_id: int) -> Response:
    """A code, to be changed, and what became of it."""
    view = await discount_view(vendor_id(), discount_id)
    return await _form_page(await _read(DiscountForm, view), view)


@blueprint.post("/<int:discount_id>")
@owner
async def change(discount_id: int) -> Response:
    """Say anew what a code takes off, and when."""
    view = await discount_view(vendor_id(), discount_id)
    form = await _read(DiscountForm, view)
    if not form.ok():
        return await _form_page(form, view, 422)
    return await saving.change(await _pages(), form, view)


@blueprint.post("/<int:discount_id>/switch")
@owner
async def switch(discount_id: int) -> Response:
    """Let a code be used, or not."""
    is_on = (await request.form).get("is_active") == "yes"
    return await saving.switch(await _pages(), discount_id, on=is_on)


async def _pages() -> DiscountPages:
    owned = DiscountOwner(vendor_id(), actor_label(actor()))
    zone = (await marketplace()).zone
    home = url_for("discounts.show")
    return DiscountPages(owned, home, _page_of, zone, _no_slugs, _form_page)


def _page_of(discount_id: int) -> str:
    return url_for("discounts.edit", discount_id=discount_id)


async def _no_slugs(_view: DiscountView) -> Sequence[str]:
    return ()


async def _read(
    kind: type[DiscountForm],
    view: DiscountView | None = None,
) -> DiscountForm:
    """The form as it was sent, else as the discount is; amounts in what the vendor sells in."""
    config = await get_vendor_payment_config(vendor_id())
    zone = (await marketplace()).zone
    shown = dict(from_discount(view, zone)) if view else None
    return await kind.from_request(currency=config.currency, data=shown)


async def _form_page(
    form: DiscountForm,
    view: DiscountView | None,
    status: int = 200,
) -> Response:
    zone = (await marketplace()).zone
    address = _page_of(view.discount.id) if view else url_for("discounts.new")
    return await vendor_page(
        "portal/discounts/form.html",
        status=status,
        nav="discounts",
        form=form,
        row=row(view, zone) if view else None,
        is_active=view.discount.is_active if view else True,
        kind=view.discount.kind.value if view else "",
        currency=form.amount.currency,
        action=address,
        zone=zone,
    )
