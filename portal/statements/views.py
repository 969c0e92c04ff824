"""`/vendor/admin/statements`: the vendor's months, one month line by line, its files, and the VAT
number on its invoices.
"""

from __future__ import annotations

from quart import Blueprint, Response

from portal.frame import vendor_page
from portal.statements import vat_words
from portal.statements.files import download, wanted_currency
from portal.statements.forms import VatForm
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.editing import Trail, as_it_is
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.finance.statements.month_lists import months_of
from shared.finance.statements.queries import statement_of, treatment_of
from shared.trade.marketplace.queries import marketplace
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.queries import registration_of
from shared.trade.vat.service import state_number
from shared.trade.vendors.queries import vendor_contact

blueprint = Blueprint("statements", __name__, url_prefix="/vendor/admin/statements")


@blueprint.get("")
@owner
async def index() -> Response:
    """The vendor's months, newest first: opening, closing, and the invoice of what is closed."""
    return await _index()


@blueprint.post("")
@owner
async def vat_number() -> Response:
    """Set the VAT number that stands on the vendor's next invoices."""
    form = await VatForm.from_request()
    if not form.ok():
        return await _index(form=form, status=422)
    trail = Trail(f"vendor:{vendor_id()}", ("vendor.vat_number_changed",))
    try:
        number = await state_number(
            holder=of_vendor(vendor_id()),
            text=form.vat_number.data or "",
            actor=actor_label(actor()),
            look=form.look(as_it_is, page=url_for("statements.index"), trail=trail),
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _index(form=form, status=error.status)
    said = (
        _("Saved: %(number)s.", number=number)
        if number
        else _("Saved. Your next invoices carry no VAT number.")
    )
    return see_other(url_for("statements.index"), ("ok", said))


async def _index(
    *,
    form: VatForm | None = None,
    status: int = 200,
) -> Response:
    contact = await vendor_contact(vendor_id())
    found = await registration_of(vendor_id())
    known = {"vat_number": found.number if found else ""}
    return await vendor_page(
        "portal/statements/list.html",
        nav="statements",
        status=status,
        whose={},
        rows=await months_of(vendor_id()),
        contact=contact,
        form=form or VatForm(data=known, meta={"currency": None}),
        zone=(await marketplace()).zone,
        number=vat_words.number_and_state(found),
        badge=vat_words.badge_of(found.status) if found else None,
        vat_now=vat_words.to_vendor(
            found,
            await treatment_of(vendor_id()),
            contact.country,
        ),
        shop_slug=actor().vendor_slug,
    )


@blueprint.get("/<month>")
@owner
async def show(month: str) -> Response:
    """One month: every line with what the balance was after it."""
    view = await statement_of(vendor_id(), month, wanted_currency())
    return await vendor_page(
        "portal/statements/statement.html",
        nav="statements",
        whose={},
        order_route="orders.show",
        view=view,
    )


@blueprint.get("/<month>.csv")
@owner
async def as_csv(month: str) -> Response:
    """One month as CSV; a closed one is the same file each time."""
    return await download(
        await statement_of(vendor_id(), month, wanted_currency()), "csv"
    )


@blueprint.get("/<month>.pdf")
@owner
async def as_pdf(month: str) -> Response:
    """One month with its commission invoice as PDF; a closed one is the same file each time."""
    return await download(
        await statement_of(vendor_id(), month, wanted_currency()), "pdf"
    )
