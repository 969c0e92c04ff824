"""`/language`: in which language a visitor wants to read."""

from __future__ import annotations

from quart import Blueprint, Response, request

from shared.entrypoints.web import language
from shared.entrypoints.web.access import public, unsigned_post
from shared.entrypoints.web.identity import customer
from shared.entrypoints.web.kit import safe_next
from shared.entrypoints.web.pages import see_other
from shared.trade.people import languages as languages_of_people

languages = Blueprint("languages", __name__)


@languages.post("/language")
@public
@unsigned_post(
    "stands below every page, which needs no cookie otherwise; the origin is checked",
    origin=True,
)
async def choose() -> Response:
    """Speak the chosen language in this browser from now on, and go back to where it was chosen."""
    form = await request.form
    wanted, who = form.get("language", ""), customer()
    if language.remember(wanted) and who is not None and who.id is not None:
        await languages_of_people.remember(who.id, wanted)
    return see_other(safe_next(form.get("next")) or "/")
