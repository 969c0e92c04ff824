"""`/operator/discounts`: the marketplace's own codes, those of vendors, and who guesses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from quart import Blueprint, Response, request
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from portal.discounts import saving
from portal.discounts.forms import (
    DiscountForm,
    MarketplaceDiscountForm,
    NewMarketplaceDiscountForm,
    from_discount,
)
from portal.discounts.saving import DiscountPages
from portal.discounts.shown import row, rows
from portal.operator.discounts.shops import is_finding, offer_shops
from portal.operator.fees.lookup import find_vendor
from portal.operator.frame import page
from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.paging import pager
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.trade.catalogue.categories import category_tree
from shared.trade.discounts import tries
from shared.trade.discounts.queries import (
    DiscountView,
    discount_view,
    discounts_page,
    slugs_of,
    vendors_discounts,
)
from shared.trade.discounts.service import DiscountOwner
from shared.trade.marketplace.queries import marketplace
from shared.trade.vendors.countries import CURRENCIES

blueprint = Blueprint("operator_discounts", __name__, url_prefix="/operator/discounts")


@blueprint.get("")
@operator
async def show() -> Response:
    """The marketplace's codes, or those of vendors, and the networks that guess codes."""
    of_vendors = request.args.get("of") == "vendors"
    found = (
        await vendors_discounts(page=page_number())
        if of_vendors
        else await discounts_page(None, page=page_number())
    )
    here = url_for("operator_discounts.show")
    return await page(
        "portal/discounts/operator_list.html",
        nav_active="discounts",
        rows=rows(found.rows, (await marketplace()).zone),
        of_vendors=of_vendors,
        pager=pager(here, found, of="vendors" if of_vendors else None),
        guessing=await tries.guessing(),
        zone=(await marketplace()).zone,
    )


async def _saves(**_route: object) -> bool:
    """Whether the form was sent to be saved; finding shops needs no fresh sign-in."""
    return not await is_finding()


@blueprint.get("/new")
@operator
async def new() -> Response:
    """An empty form."""
    return await _form_page(await _read(NewMarketplaceDiscountForm), None)


@blueprint.post("/new")
@operator
@fresh_sign_in("make a discount", form=NewMarketplaceDiscountForm, when=_saves)
async def create() -> Response:
    """Make a code of the marketplace, or find shops for it."""
    form = await _read(NewMarketplaceDiscountForm)
    if await is_finding():
        return await _form_page(form, None)
    vendor_ids = await _vendor_ids(form)
    if vendor_ids is None:
        return await _form_page(form, None, 422)
    return await saving.create(await _pages(), form, vendor_ids)


@blueprint.get("/<int:discount_id>")
@operator
async def edit(discount_id: int) -> Response:
    """A code of the marketplace, to be changed, and what became of it."""
    view = await discount_view(None, discount_id)
    return await _form_page(await _read(MarketplaceDiscountForm, view), view)


@blueprint.post("/<int:discount_id>")
@operator
@fresh_sign_in("change a discount", form=MarketplaceDiscountForm, when=_saves)
async def change(discount_id: int) -> Response:
    """Say anew what a code takes off, of what, and when; or find shops for it."""
    view = await discount_view(None, discount_id)
    form = await _read(MarketplaceDiscountForm, view)
    if await is_finding():
        return await _form_page(form, view)
    vendor_ids = await _vendor_ids(form)
    if vendor_ids is None:
        return await _form_page(form, view, 422)
    return await saving.change(await _pages(), form, view, vendor_ids)


@blueprint.post("/<int:discount_id>/switch")
@operator
@fresh_sign_in("switch a discount on or off")
async def switch(discount_id: int) -> Response:
    """Let a code be used, or not."""
    is_on = (await request.form).get("is_active") == "yes"
    return await saving.switch(await _pages(), discount_id, on=is_on)


async def _vendor_ids(form: DiscountForm) -> list[int] | None:
    """The vendors that were named in a form, found right; None where something is wrong with
    it.
    """
    if not form.ok():
        return None
    found: list[int] = []
    for named in form.named_vendors:
        try:
            vendor = await find_vendor(named)
        except Invalid:
            vendor = None
        if vendor is None:
            said = _("No shop has the address “%(typed)s”.", typed=named[:60])
            form.blame(Invalid(said, param="vendors"))
            return None
        found.append(vendor.id)
    return found


async def _pages() -> DiscountPages:
    ours = DiscountOwner(None, actor_label(actor()))
    zone = (await marketplace()).zone
    home = url_for("operator_discounts.show")
    return DiscountPages(ours, home, _page_of, zone, _slugs, _form_page)


def _page_of(discount_id: int) -> str:
    return url_for("operator_discounts.edit", discount_id=discount_id)


async def _slugs(view: DiscountView) -> Sequence[str]:
    return await slugs_of(view.discount.vendor_ids)


async def _read(
    kind: type[DiscountForm],
    view: DiscountView | None = None,
) -> DiscountForm:
    """The form as it was sent, else as the discount is; amounts in the currency chosen in it."""
    currency: str | None = view.discount.currency or None if view else None
    shown: dict[str, Any] | None = None
    if view is not None:
        zone = (await marketplace()).zone
        shown = dict(from_discount(view, zone, await _slugs(view)))
    if request.method == "POST":
        sent = (await request.form).get("currency", "")
        currency = sent if sent in CURRENCIES else None
    form = await kind.from_request(currency=currency, data=shown)
    tree = await category_tree()
    form["categories"].choices = [  # type: ignore[attr-defined]
        SelectChoice(each.name, "– " * depth + each.name) for depth, each in tree.walk()
    ]
    return form


async def _form_page(
    form: DiscountForm,
    view: DiscountView | None,
    status: int = 200,
) -> Response:
    zone = (await marketplace()).zone
    address = _page_of(view.discount.id) if view else url_for("operator_discounts.new")
    return await page(
        "portal/discounts/operator_form.html",
        fragments={"shop-choice": "shop_choice"},
        status=status,
        shops=await offer_shops(form),
        nav_active="discounts",
        form=form,
        row=row(view, zone) if view else None,
        is_active=view.discount.is_active if view else True,
        kind=view.discount.kind.value if view else "",
        action=address,
        zone=zone,
    )
