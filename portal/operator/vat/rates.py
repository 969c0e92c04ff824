"""`/operator/vat/rates`: what currencies are worth, for the VAT on invoices that are in another
currency than the state's.
"""

from __future__ import annotations

from datetime import date

from quart import Blueprint, Response, request

from portal.operator.frame import page
from portal.operator.vat.forms import RateForm
from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import pager
from shared.trade.vat.errors import UnlikelyRate
from shared.trade.vat.queries import missing_rates, rates
from shared.trade.vat.rates import enter
from shared.trade.vendors.countries import CURRENCIES

blueprint = Blueprint("operator_vat_rates", __name__, url_prefix="/operator")


@blueprint.get("/vat/rates")
@operator
async def show() -> Response:
    """The rates that were entered, what months wait for, and a form for the next."""
    return await _rates(
        RateForm(
            data=_asked(),
            meta={"currency": None},
        )
    )


@blueprint.post("/vat/rates")
@operator
async def save() -> Response:
    """Enter a rate; months that waited for it are closed at once."""
    form = await RateForm.from_request()
    is_unlikely = False
    if form.ok():
        rate = form.values()
        try:
            await enter(
                rate,
                actor=actor_label(actor()),
                is_sure=bool(form.is_sure.data),
            )
        except Invalid as error:
            form.blame(error)
            is_unlikely = isinstance(error, UnlikelyRate)
        else:
            return see_other(
                url_for("operator_vat_rates.show"),
                (
                    "ok",
                    _(
                        "Saved: %(rate)s. Months that waited for it are closed now.",
                        rate=rate,
                    ),
                ),
            )
    return await _rates(
        form,
        status=422,
        is_unlikely=is_unlikely or bool(form.is_sure.data),
    )


async def _rates(
    form: RateForm,
    *,
    status: int = 200,
    is_unlikely: bool = False,
) -> Response:
    found = await rates(page=page_number())
    return await page(
        "portal/operator/vat_rates.html",
        nav_active="vat",
        status=status,
        form=form,
        is_unlikely=is_unlikely,
        found=found,
        pager=pager(url_for("operator_vat_rates.show"), found),
        missing=await missing_rates(),
    )


def _asked() -> dict[str, object]:
    """The pair and the day that a link asks for, where it makes sense; the euro's rates are
    published per euro.
    """
    given: dict[str, object] = {
        "base": "EUR",
        "quote": "DKK",
        "source": "European Central Bank",
    }
    for name in ("base", "quote"):
        if request.args.get(name, "") in CURRENCIES:
            given[name] = request.args[name]
    try:
        given["day"] = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        pass
    return given
