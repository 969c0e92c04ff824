"""`/vendor/factors`: the second step of members: authenticator apps, passkeys, and codes for the
day they are lost.
"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any

from quart import Blueprint, Response, request
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from portal.frame import vendor_page
from portal.operator.frame import page as operator_page
from shared.core.errors import MarketError
from shared.core.importing import Late
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web import proving
from shared.entrypoints.web.access import member
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import member_or_none, person_id, session_id
from shared.entrypoints.web.kit import kit, safe_next
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.market import market
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import before_factor, fresh_sign_in
from shared.trade.people.factors import challenges, confirming, passkeys, service
from shared.trade.people.factors.errors import PasskeyRefused, SetupEnded, WrongAnswer
from shared.trade.people.factors.models import SecondFactor
from shared.trade.people.factors.rules import FactorKind
from shared.trade.people.models import Member
from shared.trade.people.queries import Actor

if TYPE_CHECKING:
    import segno
else:
    segno = Late("segno")

blueprint = Blueprint("factors", __name__, url_prefix="/vendor/factors")


class AppForm(MarketForm):
    """The first code of an authenticator app, which proves that it has the secret."""

    sealed = HiddenField(validators=[DataRequired(), Length(max=1000)])
    name = StringField(
        _l("Name"),
        [Length(max=60)],
        description=_l("So that you know it again, such as “My phone”."),
    )
    code = StringField(
        _l("Code that the app shows"),
        [
            DataRequired(_l("Enter the six digits that the app shows.")),
            Length(max=20),
        ],
    )


class PasskeyForm(MarketForm):
    """A passkey that the browser has made."""

    name = StringField(
        _l("Name"),
        [Length(max=60)],
        description=_l("So that you know it again, such as “Laptop”."),
    )
    credential = HiddenField(
        validators=[
            DataRequired(_l("This takes a browser with JavaScript.")),
            Length(max=passkeys.MAX_ANSWER),
        ]
    )


@blueprint.get("")
@member
@before_factor
async def show() -> Response:
    """What is asked after the password, and the recovery codes that are left"""
    return await _list()


async def _list(
    *,
    codes: tuple[str, ...] = (),
) -> Response:
    who = _who()
    rows = await SecondFactor.filter(member_id=who.id).order_by("id")
    kinds = {
        FactorKind.TOTP.value: _("Authenticator app"),
        FactorKind.PASSKEY.value: _("Passkey"),
    }
    answer = await _page(
        "portal/factors/list.html",
        factors=[
            (
                row.id,
                row.name,
                kinds[row.kind],
                row.created_at,
                row.last_used_at,
            )
            for row in rows
        ],
        codes_left=await confirming.codes_left(person_id()),
        codes=codes,
        offers_passkeys=proving.site() is not None,
        is_compulsory=kit().settings.production,
        back=safe_next(request.args.get("next")),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/app")
@member
@before_factor
@fresh_sign_in("set up a second step", needs_factor=False)
async def choose_app() -> Response:
    """Add an authenticator app: a picture with its secret, and the first code"""
    sealed = service.new_secret(proving.vault(), person_id())
    return await _app_page(
        AppForm(
            data={"sealed": sealed},
            meta={"currency": None},
        )
    )


@blueprint.post("/app")
@member
@before_factor
@fresh_sign_in("set up a second step", needs_factor=False)
@limit("20/minute")
async def add_app() -> Response:
    """Add it when its first code is right."""
    form = await AppForm.from_request()
    if not form.ok():
        return await _app_page(form, status=422)
    try:
        codes = await service.add_app(
            proving.vault(),
            member_id=person_id(),
            session_id=session_id(),
            sealed=form.sealed.data or "",
            code=form.code.data or "",
            name=form.name.data or "",
        )
    except WrongAnswer as error:
        form.blame(error)
        return await _app_page(form, status=422)
    except MarketError as error:
        return see_other(url_for("factors.show"), ("warn", error.message))
    return await _added(codes)


async def _app_page(form: AppForm, *, status: int = 200) -> Response:
    who = _who()
    try:
        secret = service.secret_in(
            proving.vault(),
            form.sealed.data or "",
            person_id(),
        )
    except SetupEnded as error:
        return see_other(url_for("factors.choose_app"), ("warn", error.message))
    picture = segno.make(
        service.app_address(secret, who.email, (await market()).name),
        error="m",
    )
    groups = wrap(secret, 4)
    return await _page(
        "portal/factors/app.html",
        status=status,
        form=form,
        picture=picture.svg_data_uri(scale=4, border=2, light="white"),
        secret=" ".join(groups),
        back=safe_next(request.args.get("next")),
    )


@blueprint.get("/passkey")
@member
@before_factor
@fresh_sign_in("set up a second step", needs_factor=False)
async def choose_passkey() -> Response:
    """Add a passkey of this device or a security key"""
    return await _passkey_page(PasskeyForm(meta={"currency": None}))


@blueprint.post("/passkey")
@member
@before_factor
@fresh_sign_in("set up a second step", needs_factor=False)
@limit("20/minute")
async def add_passkey() -> Response:
    """Add it when the browser's answer proves that it holds the key."""
    from shared.trade.people.factors import ceremonies  # late: see there

    form, site = await PasskeyForm.from_request(), proving.site()
    if site is None or not form.ok():
        return await _passkey_page(form, status=422)
    try:
        challenge = await challenges.take_challenge(session_id())
        made = ceremonies.made(site, form.credential.data or "", challenge=challenge)
        codes = await service.add_passkey(
            member_id=person_id(),
            session_id=session_id(),
            made=made,
            name=form.name.data or "",
        )
    except PasskeyRefused as error:
        form.form_errors.append(error.message)
        return await _passkey_page(form, status=422)
    except MarketError as error:
        return see_other(url_for("factors.show"), ("warn", error.message))
    return await _added(codes)


async def _passkey_page(form: PasskeyForm, *, status: int = 200) -> Response:
    from shared.trade.people.factors import ceremonies  # late: see there

    who, site = _who(), proving.site()
    if site is None:
        return see_other(
            url_for("factors.show"),
            (
                "warn",
                _(
                    "Passkeys need an address with a name. Use an authenticator app here."
                ),
            ),
        )
    known = await SecondFactor.filter(
        member_id=who.id,
        kind=FactorKind.PASSKEY.value,
    )
    question = ceremonies.ask_to_make(
        site,
        await Member.get(id=who.id),
        known,
        name=(await market()).name,
    )
    await challenges.remember(session_id(), question)
    form.credential.data = ""
    back = safe_next(request.args.get("next"))
    return await _page(
        "portal/factors/passkey.html",
        status=status,
        form=form,
        question=question.options,
        back=back,
    )


async def _added(codes: tuple[str, ...]) -> Response:
    """Recovery codes are on this one answer; a second factor brings none."""
    if codes:
        return await _list(codes=codes)
    return see_other(
        safe_next(request.args.get("next")) or url_for("factors.show"),
        ("ok", _("Added. It can be used from now on.")),
    )


@blueprint.post("/codes")
@member
@before_factor
@fresh_sign_in("make new recovery codes", needs_factor=False)
@limit("20/minute")
async def make_codes() -> Response:
    """Make ten new recovery codes; the former ones open nothing any more"""
    try:
        codes = await service.new_recovery_codes(member_id=person_id())
    except MarketError as error:
        return see_other(url_for("factors.show"), ("warn", error.message))
    return await _list(codes=codes)


@blueprint.post("/<int:factor_id>/remove")
@member
@before_factor
@fresh_sign_in("remove a second step", needs_factor=False)
@limit("20/minute")
async def remove(factor_id: int) -> Response:
    """Take one away; all other browsers are signed out"""
    await service.remove(
        member_id=person_id(),
        session_id=session_id(),
        factor_id=factor_id,
    )
    return see_other(
        url_for("factors.show"),
        ("ok", _("Removed. All other browsers were signed out.")),
    )


def _who() -> Actor:
    who = member_or_none()
    assert who is not None  # the mark of the route sees to it
    return who


async def _page(template: str, **context: Any) -> Response:
    if _who().role == "operator":
        return await operator_page(template, nav_active="security", **context)
    return await vendor_page(template, nav="security", **context)
