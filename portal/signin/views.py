"""Sign-up, sign-in and sign-out of vendors and operators: one door for both."""

from __future__ import annotations

from quart import Blueprint, Response, request

from portal.signin.forms import SignInForm, SignUpForm
from portal.signin.step import ask_for_step
from shared.core.errors import MarketError
from shared.core.locales import gettext as _
from shared.entrypoints.web import areas
from shared.entrypoints.web.access import OPERATOR, public
from shared.entrypoints.web.identity import end_session, member_or_none, start_session
from shared.entrypoints.web.kit import kit, safe_next
from shared.entrypoints.web.limits import limit_door
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.entrypoints.web.stepup import home_of
from shared.trade.people import sessions
from shared.trade.people.errors import WrongCredentials
from shared.trade.vendors import service as vendors

blueprint = Blueprint("signin", __name__)


@blueprint.route("/vendor/login", methods=["GET", "POST"])
@blueprint.route("/operator/login", endpoint="operator_login", methods=["GET", "POST"])
@public
@limit_door("member.sign_in")
async def login() -> Response:
    """Open a session and go back to where the member came from, else to where they work."""
    back = safe_next(request.args.get("next"))
    form = await SignInForm.from_request()
    member = member_or_none()
    if request.method == "GET" and member is not None:
        return see_other(back or home_of(member))
    if form.ok():
        try:
            return await _enter(
                form.email.data or "",
                form.password.data or "",
                back,
            )
        except WrongCredentials as error:
            form.blame(error)
    is_staffs = areas.is_operators(request.path)
    forgot = url_for(
        "forgotten.operator_forgot" if is_staffs else "forgotten.vendor_forgot"
    )
    status = 422 if form.errors else 200
    return await page(
        "portal/signin/login.html",
        status=status,
        form=form,
        forgot=forgot,
        is_staffs=is_staffs,
        is_demo=_is_demo(),
    )


def _is_demo() -> bool:
    """Whether the demo's people sign in here, who have no second factor."""
    settings = kit().settings
    return settings.stripe.stand_in and not settings.production


async def _enter(
    email: str,
    password: str,
    back: str | None = None,
) -> Response:
    token = await sessions.sign_in(
        email=email,
        password=password,
        kind="member",
        user_agent=request.headers.get("User-Agent", ""),
    )
    if former := end_session("member"):
        await sessions.sign_out(former)
    member = await sessions.identify(token)
    if member is None:  # it has only had the password
        return ask_for_step(token, back)
    start_session("member", token)
    return see_other(back or home_of(member))


@blueprint.route("/vendor/signup", methods=["GET", "POST"])
@public
@limit_door("member.sign_up")
async def signup() -> Response:
    """Make the vendor and its owner, and sign them in."""
    form = await SignUpForm.from_request()
    member = member_or_none()
    if request.method == "GET" and member is not None:
        return see_other(home_of(member))
    if form.ok():
        email, password = form.email.data or "", form.password.data or ""
        try:
            await vendors.sign_up(
                email=email,
                password=password,
                full_name=form.full_name.data or "",
                business_name=form.business_name.data or "",
                country=form.country.data,
            )
        except MarketError as error:
            form.blame(error)
        else:
            return await _enter(email, password)
    return await page(
        "portal/signin/signup.html", status=422 if form.errors else 200, form=form
    )


@blueprint.post("/vendor/logout")
@public
async def logout() -> Response:
    """Revoke the session, not only forget it: a copied cookie opens nothing afterwards."""
    who = member_or_none()
    if token := end_session("member"):
        await sessions.sign_out(token)
    is_staff = who is not None and who.role == OPERATOR
    door = url_for("signin.operator_login" if is_staff else "signin.login")
    return see_other(door, ("ok", _("You are signed out.")))
