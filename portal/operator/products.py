"""`/operator/products`: products that the staff took off sale, and a form to take one off."""

from __future__ import annotations

from quart import Blueprint, Response
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from portal.operator.frame import page
from shared.core.errors import NotFound
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.forms import Bare, MarketForm
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.catalogue import moderation

blueprint = Blueprint("operator_products", __name__, url_prefix="/operator/products")


class TakeOffForm(MarketForm):
    """Which, and why."""

    address = StringField(
        _l("Address of the product"),
        [DataRequired(_l("Copy the address of its page.")), Length(max=300)],
    )
    reason = TextAreaField(
        _l("Why"),
        [
            DataRequired(
                _l("Say what it breaks: the law or the terms, and by which fact.")
            ),
            Length(max=moderation.MOST_REASON),
        ],
        description=_l(
            "The shop reads it in its mail. Do not name who reported the product."
        ),
    )


@blueprint.get("")
@operator
async def show() -> Response:
    """What is off, the newest first."""
    return await _page(await TakeOffForm.from_request())


@blueprint.post("")
@operator
async def take_off() -> Response:
    """Take one off; its shop gets a mail."""
    form = await TakeOffForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    try:
        product_id = await moderation.product_at(form.address.data or "")
    except NotFound:
        form.address.errors = [_("No product has this address.")]
        return await _page(form, status=422)
    await moderation.take_off(
        product_id,
        reason=form.reason.data or "",
        actor=actor_label(actor()),
    )
    said = _("It is off sale, and its shop has a mail with the reason.")
    return see_other(url_for("operator_products.show"), ("ok", said))


@blueprint.post("/<int:product_id>/release")
@operator
async def release(product_id: int) -> Response:
    """Let its shop sell it again."""
    here = url_for("operator_products.show")
    if not (await Bare.from_request()).ok():
        return see_other(here, ("warn", _("Please try again.")))
    await moderation.put_back(product_id, actor=actor_label(actor()))
    return see_other(here, ("ok", _("Its shop may sell it again, and has a mail.")))


async def _page(form: TakeOffForm, status: int = 200) -> Response:
    return await page(
        "portal/operator/products.html",
        status=status,
        nav_active="products",
        form=form,
        found=await moderation.taken_off(),
    )
