"""`/operator/statements`: what was closed, every vendor's months, and who writes the invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from quart import Blueprint, Response

from portal.operator.forms import InvoicingForm
from portal.operator.frame import page
from portal.statements.files import download, wanted_currency
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import pager
from shared.finance.connect.queries import vendor_row
from shared.finance.statements.invoice_issuer import (
    InvoiceIssuer,
    identity,
    save_identity,
)
from shared.finance.statements.month_lists import closed_statements, months_of
from shared.finance.statements.queries import statement_of

blueprint = Blueprint("operator_statements", __name__, url_prefix="/operator")
LARGEST = 2**63


@blueprint.get("/statements")
@operator
async def index() -> Response:
    """The closed months of all vendors, the newest invoice first."""
    found = await closed_statements(page=page_number())
    return await page(
        "portal/operator/statements.html",
        nav_active="statements",
        found=found,
        pager=pager(url_for("operator_statements.index"), found),
        identity=await identity(),
    )


@blueprint.get("/vendors/<int:vendor_id>/statements")
@operator
async def of_vendor(vendor_id: int) -> Response:
    """A vendor's months, as the vendor sees them."""
    vendor = await vendor_row(_sane(vendor_id))
    return await page(
        "portal/operator/vendor_statements.html",
        nav_active="statements",
        vendor=vendor,
        whose={"vendor_id": vendor.id},
        rows=await months_of(vendor.id),
    )


@blueprint.get("/vendors/<int:vendor_id>/statements/<month>")
@operator
async def show(vendor_id: int, month: str) -> Response:
    """One month of a vendor, line by line."""
    view = await statement_of(_sane(vendor_id), month, wanted_currency())
    return await page(
        "portal/operator/statement.html",
        nav_active="statements",
        view=view,
        whose={"vendor_id": view.vendor_id},
        order_route="operator_orders.show",
    )


@blueprint.get("/vendors/<int:vendor_id>/statements/<month>.csv")
@operator
async def as_csv(vendor_id: int, month: str) -> Response:
    """The vendor's own CSV."""
    return await download(
        await statement_of(_sane(vendor_id), month, wanted_currency()),
        "csv",
    )


@blueprint.get("/vendors/<int:vendor_id>/statements/<month>.pdf")
@operator
async def as_pdf(vendor_id: int, month: str) -> Response:
    """The vendor's own PDF."""
    return await download(
        await statement_of(_sane(vendor_id), month, wanted_currency()),
        "pdf",
    )


@blueprint.get("/invoicing")
@operator
async def invoicing() -> Response:
    """Who writes the commission invoices, and with how much VAT."""
    return await _invoicing(
        InvoicingForm(
            data=_shown(await identity()),
            meta={"currency": None},
        )
    )


def _shown(known: InvoiceIssuer | None) -> dict[str, Any]:
    return (
        vars(known)
        if known
        else {"legal_name": "", "vat_percentage": None, "invoice_prefix": "MH"}
    )


@blueprint.post("/invoicing")
@operator
async def save_invoicing() -> Response:
    """Set it for the invoices to come; those that are written stay as they are."""
    form = await InvoicingForm.from_request()
    if not form.ok():
        return await _invoicing(form, status=422)
    look = form.look(
        _shown,
        page=url_for("operator_statements.invoicing"),
        trail=Trail("marketplace", ("marketplace.identity_changed",)),
    )
    try:
        await save_identity(
            _values(form),
            actor=actor_label(actor()),
            look=look,
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _invoicing(form, status=error.status)
    return see_other(
        url_for("operator_statements.invoicing"),
        ("ok", _("Saved. It stands on every invoice from the next closing on.")),
    )


async def _invoicing(form: InvoicingForm, *, status: int = 200) -> Response:
    return await page(
        "portal/operator/invoicing.html",
        nav_active="statements",
        status=status,
        form=form,
        is_set=await identity() is not None,
    )


def _values(form: InvoicingForm) -> InvoiceIssuer:
    return InvoiceIssuer(
        legal_name=form.legal_name.data or "",
        address=form.address.data or "",
        country=form.country.data,
        vat_number=form.vat_number.data or "",
        vat_percentage=form.vat_percentage.data
        if form.vat_percentage.data is not None
        else Decimal(0),
        invoice_prefix=(form.invoice_prefix.data or "").upper(),
    )


def _sane(number: int) -> int:
    """An id that a database can be asked for; anything larger is nobody's."""
    return number if number < LARGEST else 0
