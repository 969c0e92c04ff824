"""`/vendor/confirm/<number>`: show again that it is you, and go on with what you were about to
do.
"""

from __future__ import annotations

from quart import Blueprint, Response

from shared.core import clock
from shared.core.errors import NotFound
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.entrypoints.web import proving
from shared.entrypoints.web.access import member
from shared.entrypoints.web.identity import (
    end_session,
    member_or_none,
    person_id,
    renew_session,
    session_id,
)
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.entrypoints.web.stepup import KEPT_FIELD, before_factor, in_words
from shared.trade.people.factors import confirming
from shared.trade.people.factors.errors import TooManyAnswers, WrongAnswer
from shared.trade.people.factors.pending_forms import Kept, kept
from shared.trade.people.factors.rules import is_fresh
from shared.trade.people.models import Member
from shared.trade.people.queries import Actor

blueprint = Blueprint("confirm", __name__, url_prefix="/vendor/confirm")
OVER = _n("You were signed out meanwhile. Please sign in again.")


@blueprint.get("/<int:kept_id>")
@member
@before_factor
async def show(kept_id: int) -> Response:
    """Ask who it is once more, and then go on with what was about to be sent"""
    who, found = await _found(kept_id)
    if not is_fresh(who.authenticated_at, clock.now()):
        return await _question(found, await proving.ProofForm.from_request())
    if found.method == "GET":
        return see_other(found.action)
    return await page(
        "portal/signin/go_on.html",
        kept=found,
        doing=_(found.doing),
        kept_field=KEPT_FIELD,
        facts=in_words(found),
    )


@blueprint.post("/<int:kept_id>")
@member
@before_factor
@limit("20/minute")
async def confirm(kept_id: int) -> Response:
    """Look at the answer; five that are wrong end the session."""
    who, found = await _found(kept_id)
    form = await proving.ProofForm.from_request()
    if not form.ok():
        return await _question(found, form, status=422)
    person = await Member.get(id=who.id)
    try:
        by = await proving.prove(
            form,
            session_id=session_id(),
            member=person,
            by_password=True,
        )
    except WrongAnswer as error:
        form.blame(error)
        return await _question(found, form, status=422)
    except TooManyAnswers as error:
        end_session("member")
        return see_other(url_for("signin.login"), ("warn", error.message))
    token = await confirming.freshen(
        session_id=session_id(),
        member=person,
        by=by,
    )
    if token is None:
        end_session("member")
        return see_other(url_for("signin.login"), ("warn", _(OVER)))
    renew_session("member", token)
    return see_other(url_for("confirm.show", kept_id=found.id))


async def _found(kept_id: int) -> tuple[Actor, Kept]:
    """Who asks, and what of theirs waits.

    Raises NotFound for what is somebody else's, gone or too old.
    """
    who = member_or_none()
    found = (
        await kept(kept_id, session_id=who.session_id)
        if who is not None and who.session_id is not None
        else None
    )
    if who is None or found is None:
        raise NotFound(
            _("That waited too long, or it is done. Go back to the page and try again.")
        )
    return who, found


async def _question(
    found: Kept,
    form: proving.ProofForm,
    *,
    status: int = 200,
) -> Response:
    ways = await proving.methods(session_id(), person_id())
    return await page(
        "portal/signin/confirm.html",
        status=status,
        form=form,
        kept=found,
        doing=_(found.doing),
        **ways,
    )
