"""Shoppers' accounts: a name for the forms and a list of orders.

Guests can do everything else without one.
"""

from __future__ import annotations

from quart import Blueprint, Response, request

from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web import areas, language
from shared.entrypoints.web.access import public, shopper
from shared.entrypoints.web.identity import actor, customer, end_session, start_session
from shared.entrypoints.web.limits import limit_door
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.finance.refunds.queries import awaiting_approval
from shared.trade.orders.purchase_lists import purchases_of
from shared.trade.people import languages, registration, sessions
from shared.trade.people.errors import EmailTaken, WrongCredentials
from storefront.account.forms import LoginForm, SignupForm
from storefront.receipts.whole import purchase_badges

account = Blueprint("account", __name__)


@account.get("/shop/account")
@shopper
async def orders() -> Response:
    """What the signed-in shopper bought."""
    who = actor()
    proven = who.email if who.email_confirmed else None
    found = await purchases_of(who.id or 0, proven_email=proven)
    asked = await awaiting_approval(
        [
            part.order_id
            for purchase in found
            for part in purchase.parts
            if part.money.refunded
        ]
    )
    return await page(
        "storefront/account/orders.html",
        shopper=who,
        purchases=[(each, purchase_badges(each, asked)) for each in found],
    )


@account.get("/shop/account/login")
@public
async def login() -> Response:
    """The sign-in form."""
    if customer():
        return see_other(_next())
    return await _login_page(await LoginForm.from_request())


@account.post("/shop/account/login")
@public
@limit_door("customer.sign_in")
async def sign_in() -> Response:
    """Sign in; afterwards back to where the shopper was."""
    form = await LoginForm.from_request()
    if not form.ok():
        return await _login_page(form, status=422)
    try:
        await _enter(form.email.data or "", form.password.data or "")
    except WrongCredentials as wrong:
        form.form_errors.append(wrong.message)
        return await _login_page(form, status=wrong.status)
    return see_other(_next())


@account.get("/shop/account/signup")
@public
async def signup() -> Response:
    """The form for a new account."""
    if customer():
        return see_other(_next())
    return await _signup_page(await SignupForm.from_request())


@account.post("/shop/account/signup")
@public
@limit_door("customer.sign_up")
async def sign_up() -> Response:
    """Make an account and sign in."""
    form = await SignupForm.from_request()
    if not form.ok():
        return await _signup_page(form, status=422)
    email, password = form.email.data or "", form.password.data or ""
    try:
        await registration.create_customer(
            email=email, password=password, full_name=form.full_name.data or ""
        )
    except (Invalid, EmailTaken) as problem:
        form.blame(problem)
        return await _signup_page(form, status=problem.status)
    await _enter(email, password)
    return see_other(
        _next(), ("ok", _("Welcome. Your orders will be listed here from now on."))
    )


@account.post("/shop/account/logout")
@public
async def sign_out() -> Response:
    """Leave; the session is revoked, not only forgotten. The basket stays."""
    token = end_session("customer")
    if token:
        await sessions.sign_out(token)
    return see_other(url_for("platform.home"), ("ok", _("You are signed out.")))


async def _enter(email: str, password: str) -> None:
    agent = request.headers.get("User-Agent", "")
    token = await sessions.sign_in(
        email=email, password=password, kind="customer", user_agent=agent
    )
    start_session("customer", token)
    who = await sessions.identify(token)
    if who is not None and who.id is not None:
        await _agree_on_language(who.id)


async def _agree_on_language(customer_id: int) -> None:
    """What was chosen in this browser holds for the account from now on; else the account's choice
    holds here.
    """
    if here := language.chosen():
        await languages.remember(customer_id, here)
    else:
        language.remember(await languages.chosen_by(customer_id))


def _next() -> str:
    """Where to go after signing in: only a path of this site's shopping pages."""
    wanted = request.args.get("next", "")
    safe = (
        areas.is_shopping(wanted)
        and wanted.isascii()
        and wanted.isprintable()
        and "\\" not in wanted
    )
    return wanted if safe and len(wanted) < 500 else url_for("account.orders")


async def _login_page(form: LoginForm, status: int = 200) -> Response:
    return await page(
        "storefront/account/login.html", form=form, keep=_query(), status=status
    )


async def _signup_page(form: SignupForm, status: int = 200) -> Response:
    return await page(
        "storefront/account/signup.html", form=form, keep=_query(), status=status
    )


def _query() -> str:
    """The part of the address that carries `next` on to the other form."""
    wanted = request.query_string.decode("ascii", "ignore")
    return f"?{wanted}" if wanted.startswith("next=") else ""
