"""`/operator/mails`: mails that do not go out, and another try for all of them."""

from __future__ import annotations

from quart import Blueprint, Response

from portal.operator.frame import page
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.infra.mail import service
from shared.infra.mail.queries import unsent, unsent_mails

blueprint = Blueprint("operator_mails", __name__, url_prefix="/operator")


@blueprint.get("/mails")
@operator
async def show() -> Response:
    """Mails that should have gone out a quarter of an hour ago and did not."""
    return await page(
        "portal/operator/mails.html",
        nav_active="mails",
        unsent=await unsent(),
        mails=await unsent_mails(),
    )


@blueprint.post("/mails/send")
@operator
@limit("10/minute")
async def send() -> Response:
    """Try them all once more, now."""
    count = await service.send_again()
    said = (
        ngettext(
            "Trying %(num)s mail again.",
            "Trying %(num)s mails again.",
            count,
        )
        if count
        else _("Every mail has gone out.")
    )
    return see_other(url_for("operator_mails.show"), ("ok", said))
