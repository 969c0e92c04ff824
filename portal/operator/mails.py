"""`/operator/mails`: every mail by address or order, those that do not go out, and another try for
these.
"""

from __future__ import annotations

from quart import Blueprint, Response, request

from portal.operator.frame import page
from shared.core.errors import NotFound
from shared.core.ids import typed_number
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.infra.mail import service
from shared.infra.mail.queries import MailList, newest_mails, unsent, unsent_mails
from shared.trade.catalogue.queries import clean_search
from shared.trade.orders.order_lists import order_id_of
from shared.trade.orders.order_numbers import numbers_of
from shared.trade.people.errors import BadEmail
from shared.trade.people.rules import normal_email

blueprint = Blueprint("operator_mails", __name__, url_prefix="/operator")


@blueprint.get("/mails")
@operator
async def show() -> Response:
    """All mails, newest first, by address or order; above them those that did not go out within a
    quarter of an hour.
    """
    search = clean_search(request.args.get("q"))
    before = request.args.get("before", "")
    known = before.isascii() and before.isdigit() and len(before) < 18
    found = await _found(search, int(before) if known else None)
    orders = {mail.order_id for mail in found.mails if mail.order_id is not None}
    return await page(
        "portal/operator/mails.html",
        nav_active="mails",
        unsent=await unsent(),
        mails=await unsent_mails(),
        search=search,
        found=found,
        is_newest=not before,
        numbers=await numbers_of(orders),
        kept=kit().settings.keeps.mails,
    )


async def _found(search: str, before: int | None) -> MailList:
    """What is looked for: an address, or an order's number; without either, all."""
    if not search:
        return await newest_mails(before=before)
    try:
        if "@" in search:
            return await newest_mails(to=normal_email(search), before=before)
        order_id = await order_id_of(typed_number(search))
    except (BadEmail, NotFound):
        return MailList(())
    return await newest_mails(order_id=order_id, before=before)


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
