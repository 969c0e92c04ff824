"""`/account/reset/<token>` and `/account/email/<token>`: what mailed links lead to.

Mail scanners open links; people press buttons.
"""

from __future__ import annotations

from quart import Blueprint, Response

from shared.core.errors import Invalid
from shared.core.ids import unsealed
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.entrypoints.web.access import public
from shared.entrypoints.web.account_forms import HINT, NewPasswordForm
from shared.entrypoints.web.accounts import sign_in_of
from shared.entrypoints.web.forms import Bare
from shared.entrypoints.web.kit import kit, wants_json
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.trade.people import email_addresses, mailed_links, password_change
from shared.trade.people.errors import EmailTaken, LinkEnded
from shared.trade.people.rules import Purpose

blueprint = Blueprint("links", __name__, url_prefix="/account")
HOMES = {
    "operator": "operator_account.page",
    "owner": "dashboard.home",
    "customer": "account.orders",
}
DONE = {
    Purpose.CONFIRM: _n("Your address is confirmed."),
    Purpose.CHANGE: _n(
        "Your account has the new address now. Sign in with it from now on."
    ),
    Purpose.UNDO: _n(
        "Your account has its old address again. We have sent you a link to choose a new password."
    ),
}


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
@limit("30/minute")
async def reset(token: str) -> Response:
    """Choose a new password by a mailed link, then sign in as always."""
    nonce = _nonce(token)
    form = await NewPasswordForm.from_request()
    try:
        view = await mailed_links.look(nonce, (Purpose.RESET,))
        if form.ok():
            role = await password_change.reset_password(
                nonce=nonce,
                new=form.password.data or "",
            )
            return see_other(
                sign_in_of(role),
                ("ok", _("Your password is changed. Sign in with it.")),
            )
    except LinkEnded as ended:
        return await _ended(ended, is_reset=True)
    except Invalid as error:
        form.blame(error)
    return await page(
        "account/reset.html",
        status=422 if form.errors else 200,
        form=form,
        link=view,
        hint=HINT,
    )


@blueprint.route("/email/<token>", methods=["GET", "POST"])
@public
@limit("30/minute")
async def email(token: str) -> Response:
    """Confirm an address, take a new one, or take the old one back, by a mailed link."""
    nonce = _nonce(token)
    form = await Bare.from_request()
    try:
        view = await mailed_links.look(nonce, email_addresses.BY_MAIL)
        if form.ok():
            return await _answered(nonce)
    except (LinkEnded, EmailTaken) as ended:
        return await _ended(ended, is_reset=False)
    return await page(
        "account/email.html",
        form=form,
        link=view,
        purpose=view.purpose.value,
    )


async def _answered(nonce: str | None) -> Response:
    purpose, role = await email_addresses.answer(nonce)
    return see_other(
        url_for(HOMES[role]) if purpose is Purpose.CONFIRM else sign_in_of(role),
        ("ok", _(DONE[purpose])),
    )


def _nonce(token: str) -> str | None:
    return unsealed(kit().settings.secret_keys, token)


async def _ended(why: LinkEnded | EmailTaken, *, is_reset: bool) -> Response:
    """What happened, and the next step: another link, or signing in."""
    if wants_json():
        raise why
    return await page(
        "account/ended.html", status=why.status, text=why.message, is_reset=is_reset
    )
