"""`/vendor/admin/developers`: make, see and revoke API tokens."""

from __future__ import annotations

from quart import Blueprint, Response

from portal.developers.forms import TokenForm
from portal.frame import vendor_page
from shared.people.queries import vendor_tokens
from shared.people.tokens import create_token, revoke_token
from shared.web.access import owner
from shared.web.identity import actor, vendor_id
from shared.web.limits import limit
from shared.web.pages import see_other
from shared.web.stepup import fresh_sign_in

blueprint = Blueprint("developers", __name__, url_prefix="/vendor/admin/developers")
HOME = "/vendor/admin/developers"


@blueprint.get("")
@owner
async def show() -> Response:
    """The vendor's tokens."""
    return await _page(TokenForm(meta={"currency": None}))


@blueprint.post("/tokens")
@owner
@fresh_sign_in("make an API token")
@limit("20/minute")
async def create() -> Response:
    """Make a token. It is on this answer and nowhere else: not in the session, not in the database."""
    form = await TokenForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    token = await create_token(vendor_id=vendor_id(), member_id=actor().id or 0, name=form.name.data or "")
    answer = await _page(TokenForm(meta={"currency": None}), made=token)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/tokens/<int:token_id>/revoke")
@owner
async def revoke(token_id: int) -> Response:
    """Make a token worthless at once."""
    await revoke_token(vendor_id=vendor_id(), token_id=token_id)
    return see_other(HOME, ("ok", "The token is revoked. Whatever used it is signed out."))


async def _page(form: TokenForm, *, made: str | None = None, status: int = 200) -> Response:
    return await vendor_page(
        "portal/developers/developers.html",
        status=status,
        nav="developers",
        form=form,
        tokens=await vendor_tokens(vendor_id()),
        made=made,
    )
