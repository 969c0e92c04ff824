"""`/vendor/admin/vat`: whose VAT is inside a vendor's prices, and what its goods are taxed at."""

from __future__ import annotations

from quart import (
    Blueprint,
    Response,
)

from portal.frame import vendor_page
from portal.sales_vat.forms import (
    OFFERED,
    SchemeForm,
)
from portal.sales_vat.quarters import latest_quarters
from portal.sales_vat.shown import classes_in
from shared.core.editing import ChangedMeanwhile
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.core.words import words
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.editing import (
    Trail,
    as_it_is,
)
from shared.entrypoints.web.identity import (
    actor,
    actor_label,
    vendor_id,
)
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.distance_sales import distance_sales
from shared.trade.vat.sales.regions import region_in
from shared.trade.vat.sales.rules import tax_state
from shared.trade.vat.sales.service import save_scheme
from shared.trade.vat.sales.territories import has_parts, seller_place
from shared.trade.vat.sales.threshold import THRESHOLD
from shared.trade.vat.sales.words import place_words
from shared.trade.vendors.queries import VendorView, vendor_by_id
from shared.trade.vendors.rules import VatScheme

blueprint = Blueprint(
    "sales_vat",
    __name__,
    url_prefix="/vendor/admin/vat",
)


@blueprint.get("")
@owner
async def show() -> Response:
    """How the vendor is taxed, and the rates of its state."""
    return await _page(None)


@blueprint.post("")
@owner
async def change() -> Response:
    """Sell by another scheme from the next order on."""
    form = await SchemeForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    here = url_for("sales_vat.show")
    trail = Trail(f"vendor:{vendor_id()}", ("vendor.vat_scheme_changed",))
    try:
        await save_scheme(
            vendor_id=vendor_id(),
            scheme=VatScheme(form.scheme.data),
            actor=actor_label(actor()),
            postal_code=form.postal_code.data or "",
            look=form.look(
                as_it_is,
                page=here,
                trail=trail,
            ),
        )
    except ChangedMeanwhile as error:
        form.blame(error)
        return await _page(form, status=error.status)
    said = _("Saved. It holds from your next order on.")
    return see_other(here, ("ok", said))


async def _page(
    form: SchemeForm | None,
    *,
    status: int = 200,
) -> Response:
    vendor = await vendor_by_id(vendor_id())
    place = seller_place(
        vendor.country,
        vendor.postal_code,
    )
    state = tax_state(place) or vendor.country
    return await vendor_page(
        "portal/sales_vat/vat.html",
        nav="vat",
        status=status,
        form=form or _form_of(vendor),
        schemes={each.value: words("sales_vat.schemes", each) for each in OFFERED},
        scheme=vendor.vat_scheme.value,
        is_unsaid=vendor.vat_scheme is VatScheme.UNSAID,
        place=place_words(state, region_in(place)),
        is_in_eu=bool(tax_state(vendor.country)),
        asks_place=has_parts(vendor.country),
        quarters=await latest_quarters(),
        sales=await distance_sales(vendor.id, (await marketplace()).zone),
        threshold=Money(THRESHOLD, "EUR"),
        classes=await classes_in(place),
    )


def _form_of(vendor: VendorView) -> SchemeForm:
    known = {"scheme": vendor.vat_scheme.value, "postal_code": vendor.postal_code}
    return SchemeForm(data=known, meta={"currency": None})
