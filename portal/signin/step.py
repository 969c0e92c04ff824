"""`/vendor/login/step`: what is asked after the password, of whoever has set it up;
`/vendor/keep/<token>`: stop a reset.
"""

from __future__ import annotations

from quart import Blueprint, Response, request

from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales import ngettext
from shared.entrypoints.web import proving
from shared.entrypoints.web.access import public
from shared.entrypoints.web.identity import (
    end_half_session,
    half_token,
    start_half_session,
    start_session,
)
from shared.entrypoints.web.kit import safe_next
from shared.entrypoints.web.limits import knock_here, limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import add_flash, page, see_other
from shared.entrypoints.web.paging import address
from shared.entrypoints.web.stepup import home_of
from shared.trade.people import sessions
from shared.trade.people.factors import confirming, recovery
from shared.trade.people.factors.errors import ResetEnded, TooManyAnswers, WrongAnswer
from shared.trade.people.models import Member, Session

blueprint = Blueprint("signin_step", __name__)
AGAIN = _n("That took too long. Please sign in again.")


def ask_for_step(token: str, back: str | None) -> Response:
    """After the right password: on to the second step, and from there to where the person
    wanted.
    """
    start_half_session(token)
    return see_other(address(url_for("signin_step.show"), next=back))


@blueprint.get("/vendor/login/step")
@public
async def show() -> Response:
    """Ask for the second step after the password"""
    half = await _half()
    if half is None:
        return see_other(url_for("signin.login"))
    return await _question(half, await proving.ProofForm.from_request())


@blueprint.post("/vendor/login/step")
@public
@limit("20/minute")
async def enter() -> Response:
    """Look at a code or passkey, and open the whole session; five wrong ones end it."""
    half = await _half()
    if half is None or half.member is None:
        return see_other(url_for("signin.login"), ("warn", _(AGAIN)))
    form = await proving.ProofForm.from_request()
    if not form.ok():
        return await _question(half, form, status=422)
    await knock_here("member.step", half.member.email)
    try:
        by = await proving.prove(
            form,
            session_id=half.id,
            member=half.member,
            by_password=False,
        )
    except WrongAnswer as error:
        form.blame(error)
        return await _question(half, form, status=422)
    except TooManyAnswers as error:
        end_half_session()
        return see_other(url_for("signin.login"), ("warn", error.message))
    return await _open(half.id, half.member, by)


async def _open(session_id: int, member: Member, by: str) -> Response:
    """The second step was right: open the whole session, and go where the person wanted."""
    token = await confirming.enter(
        session_id=session_id,
        member=member,
        by=by,
    )
    end_half_session()
    if token is None:
        return see_other(url_for("signin.login"), ("warn", _(AGAIN)))
    start_session("member", token)
    if by == confirming.RECOVERY:
        left = await confirming.codes_left(member.id)
        told = ngettext(
            "You used a recovery code; %(num)s is left. Remove what you lost, and set up another.",
            "You used a recovery code; %(num)s are left. Remove what you lost, and set up another.",
            left,
        )
        add_flash("warn", told)
    who = await sessions.identify(token)
    return see_other(
        safe_next(request.args.get("next"))
        or (home_of(who) if who else url_for("signin.login"))
    )


async def _half() -> Session | None:
    return await sessions.half_open(half_token())


async def _question(
    half: Session,
    form: proving.ProofForm,
    *,
    status: int = 200,
) -> Response:
    ways = await proving.methods(half.id, half.member_id or 0)
    return await page("portal/signin/step.html", status=status, form=form, **ways)


@blueprint.get("/vendor/keep/<token>")
@public
async def ask_to_keep(token: str) -> Response:
    """From a mail: stop that somebody's second step is taken away"""
    if not await recovery.exists(token):
        raise ResetEnded
    return await page("portal/signin/keep.html")


@blueprint.post("/vendor/keep/<token>")
@public
@limit("20/minute")
async def keep(token: str) -> Response:
    """Stop it; nothing changes then."""
    try:
        await recovery.stop(token)
    except ResetEnded as error:
        return see_other(url_for("signin.login"), ("warn", error.message))
    return see_other(
        url_for("signin.login"), ("ok", _("Stopped. Your second step stays as it is."))
    )
