"""`/shop/account/data`: a copy of one's own data, and the end of the account."""

from __future__ import annotations

import json

from quart import Blueprint, Response
from wtforms import BooleanField, PasswordField
from wtforms.validators import DataRequired

from shared.core.errors import MarketError
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.access import shopper
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import actor, end_session, person_id, session_id
from shared.entrypoints.web.kit import kit, shielded
from shared.entrypoints.web.limits import limit, limit_door
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.finance.shoppers.deletion import delete_account
from shared.finance.shoppers.export import export_of
from shared.trade.people.password_change import present_password
from storefront.account.data_copy import as_zip

own_data = Blueprint("own_data", __name__, url_prefix="/shop/account/data")


class DeletionForm(MarketForm):
    """A second yes, and the password."""

    sure = BooleanField(
        _l("Delete my account for good"),
        [DataRequired(_l("Tick the box if you mean it."))],
    )
    present = PasswordField(
        _l("Your password"),
        [DataRequired(_l("Enter your password."))],
    )


@own_data.get("")
@shopper
async def show() -> Response:
    """What can be asked of one's data."""
    return await _page(await DeletionForm.from_request())


@own_data.get("/copy.zip")
@shopper
@limit("10/minute")
async def copy() -> Response:
    """All that is kept, for people and for programs, with the invoices."""
    body = await as_zip(await export_of(person_id()))
    return _file(body, "my-data.zip", "application/zip")


@own_data.get("/copy.json")
@shopper
@limit("10/minute")
async def copy_for_programs() -> Response:
    """The same for programs alone."""
    found = await export_of(person_id())
    told = json.dumps(found.told, ensure_ascii=False, indent=2)
    return _file(told, "my-data.json", "application/json")


def _file(
    body: str | bytes,
    name: str,
    kind: str,
) -> Response:
    response = Response(body, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@own_data.post("/delete")
@shopper
@limit_door("customer.present_password", whose=lambda: actor().email)
async def delete() -> Response:
    """End the account; refused, with the day, while something is under way."""
    form = await DeletionForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    me = person_id()
    try:
        await present_password(
            kind="customer",
            person_id=me,
            session_id=session_id(),
            password=form.present.data or "",
            param="present",
        )
        await shielded(delete_account(kit().gateway, customer_id=me))
    except MarketError as problem:
        form.blame(problem)
        return await _page(form, status=problem.status)
    end_session("customer")
    told = _("Your account is deleted. Thank you for having been here.")
    return see_other(url_for("platform.home"), ("ok", told))


async def _page(form: DeletionForm, *, status: int = 200) -> Response:
    return await page(
        "storefront/account/own_data.html",
        status=status,
        shopper=actor(),
        form=form,
    )
