"""`/vendor/admin/developers`: make, see and revoke API tokens."""

from __future__ import annotations

from quart import Blueprint, Response, current_app, session

from portal.developers.forms import TokenForm
from portal.frame import vendor_page
from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import actor, actor_label, person_id, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.trade.people import tokens
from shared.trade.people.queries import vendor_tokens

blueprint = Blueprint("developers", __name__, url_prefix="/vendor/admin/developers")
# in the session: the key of the form that made it, from which alone nobody makes the token
MADE = "made_token"


@blueprint.get("")
@owner
async def show() -> Response:
    """The vendor's tokens; in the browser that made one, that one in clear for some minutes."""
    made = await _just_made()
    answer = await _page(TokenForm.fresh(), made=made)
    if made:
        answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/tokens")
@owner
@fresh_sign_in("make an API token", form=TokenForm)
@limit("20/minute")
async def create() -> Response:
    """Make a token, one for each form however often it is sent, and go where it can be read."""
    form = await TokenForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    try:
        new = form.wanted()
        is_new = await tokens.create_from_form(
            new, vendor_id=vendor_id(), member_id=person_id(), secret=_secret()
        )
    except Invalid as error:
        form.blame(error)
        return await _page(form, status=422)
    session[MADE] = new.form
    if is_new or await _just_made():
        return see_other(url_for("developers.show"))
    return see_other(
        url_for("developers.show"),
        (
            "info",
            _(
                "That form made its token already. It stands in the list and is not shown again."
            ),
        ),
    )


@blueprint.post("/tokens/<int:token_id>/revoke")
@owner
async def revoke(token_id: int) -> Response:
    """Make a token worthless at once."""
    await tokens.revoke_token(
        vendor_id=vendor_id(),
        token_id=token_id,
        actor=actor_label(actor()),
    )
    return see_other(
        url_for("developers.show"),
        ("ok", _("The token is revoked. Whatever used it is signed out.")),
    )


async def _just_made() -> str | None:
    form = session.get(MADE)
    if not isinstance(form, str):
        return None
    made = await tokens.shown_again(
        form, vendor_id=vendor_id(), member_id=person_id(), secret=_secret()
    )
    if made is None:
        session.pop(MADE, None)
    return made


def _secret() -> str:
    return str(current_app.secret_key)


async def _page(
    form: TokenForm,
    *,
    made: str | None = None,
    status: int = 200,
) -> Response:
    return await vendor_page(
        "portal/developers/developers.html",
        status=status,
        nav="developers",
        form=form,
        tokens=await vendor_tokens(vendor_id()),
        made=made,
    )
