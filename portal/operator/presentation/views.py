"""`/operator/settings/…`: the marketplace's name and contact, its logo, and its legal texts with
their versions.
"""

from __future__ import annotations

from dataclasses import asdict

from quart import Blueprint, Response, request

from portal.operator.frame import page
from portal.operator.presentation.forms import IdentityForm, LegalForm, LogoForm
from portal.operator.settings.views import changes_of
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import Invalid, NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web import market
from shared.entrypoints.web.access import large_body, operator
from shared.entrypoints.web.bodies import MAX_BODY
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.trade.marketplace import legal, presentation
from shared.trade.marketplace.identity import LOGO_ACCEPT, picture
from shared.trade.marketplace.legal import LegalKind
from shared.trade.marketplace.presentation import Published
from shared.trade.marketplace.service import SUBJECT

blueprint = Blueprint(
    "operator_presentation", __name__, url_prefix="/operator/settings"
)

_NO_CURRENCY = {"currency": None}


@blueprint.get("/name")
@operator
async def name() -> Response:
    """What the marketplace is called, how people reach it, and its logo."""
    shown = await presentation.shown()
    return await _name(
        IdentityForm(
            data=asdict(shown.identity),
            meta=_NO_CURRENCY,
        ),
        LogoForm(meta=_NO_CURRENCY),
    )


@blueprint.post("/name")
@operator
@fresh_sign_in("change the marketplace’s name and contact", form=IdentityForm)
async def introduce() -> Response:
    """Set name and contact; mails, pages and titles go by them at once, other web processes within
    a minute.
    """
    form, logo_form = await IdentityForm.from_request(), LogoForm(meta=_NO_CURRENCY)
    if not form.ok():
        return await _name(form, logo_form, status=422)
    look = form.look(
        asdict,
        page=url_for("operator_presentation.name"),
        trail=changes_of(form),
    )
    try:
        await presentation.introduce(
            form.identity(),
            actor=actor_label(actor()),
            look=look,
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _name(form, logo_form, status=error.status)
    market.forget()
    return see_other(url_for("operator_presentation.name"), ("ok", _("Saved.")))


@blueprint.post("/logo")
@operator
@large_body(MAX_BODY)
@limit("20/minute")
async def logo() -> Response:
    """Show another logo, or none of its own."""
    form = await LogoForm.from_request()
    if form.ok():
        try:
            brought = (await request.files).get("logo")
            content = (
                brought.read() if brought is not None and brought.filename else b""
            )
            if not content and not form.remove.data:
                raise Invalid(_("Choose a picture."), param="logo")
            chosen = None if form.remove.data else picture(content)
            await presentation.put_logo(chosen, actor=actor_label(actor()))
        except Invalid as error:
            form.blame(error)
        else:
            market.forget()
            return see_other(
                url_for("operator_presentation.name"),
                ("ok", _("Saved.") if chosen else _("The logo is taken away.")),
            )
    shown = await presentation.shown()
    return await _name(
        IdentityForm(
            data=asdict(shown.identity),
            meta=_NO_CURRENCY,
            formdata=None,
        ),
        form,
        status=422,
    )


async def _name(
    form: IdentityForm,
    logo_form: LogoForm,
    *,
    status: int = 200,
) -> Response:
    return await page(
        "portal/operator/settings_name.html",
        nav_active="settings",
        status=status,
        form=form,
        logo_form=logo_form,
        shown=await presentation.shown(),
        accept=LOGO_ACCEPT,
    )


@blueprint.get("/legal")
@operator
async def texts() -> Response:
    """The legal texts: which version of each holds."""
    current = [
        (
            kind,
            legal.title(kind),
            await presentation.current(kind),
        )
        for kind in LegalKind
    ]
    return await page(
        "portal/operator/settings_legal.html", nav_active="settings", current=current
    )


@blueprint.get("/legal/<kind>")
@operator
async def text(kind: str) -> Response:
    """One legal text, to be changed; and its versions."""
    current = await presentation.current(_kind(kind))
    return await _text(
        _kind(kind),
        LegalForm(data=_words_of(current), meta=_NO_CURRENCY),
    )


def _words_of(current: Published | None) -> dict[str, str]:
    return {"text": current.text, "returns": current.returns} if current else {}


@blueprint.post("/legal/<kind>")
@operator
@fresh_sign_in("publish a legal text", form=LegalForm)
@limit("20/minute")
async def publish(kind: str) -> Response:
    """Publish it: a new version, which holds from now on; those of before stay where they were
    accepted.
    """
    chosen, form = _kind(kind), await LegalForm.from_request()
    if not form.ok():
        return await _text(chosen, form, status=422)
    trail = Trail(
        SUBJECT,
        ("marketplace.changed",),
        lambda details: chosen in details["after"],
    )
    try:
        version = await presentation.publish(
            chosen,
            text=form.text.data or "",
            returns=form.returns.data or "",
            actor=actor_label(actor()),
            look=form.look(
                _words_of,
                page=url_for("operator_presentation.text", kind=chosen),
                trail=trail,
            ),
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _text(chosen, form, status=error.status)
    return see_other(
        url_for("operator_presentation.text", kind=chosen),
        ("ok", _("The version of %(version)s holds.", version=version)),
    )


async def _text(
    kind: LegalKind,
    form: LegalForm,
    *,
    status: int = 200,
) -> Response:
    return await page(
        "portal/operator/settings_text.html",
        nav_active="settings",
        status=status,
        kind=kind,
        title=legal.title(kind),
        form=form,
        asks_returns=kind is LegalKind.TERMS,
        versions=await presentation.versions(kind),
    )


def _kind(text: str) -> LegalKind:
    if text not in set(LegalKind):
        raise NotFound
    return LegalKind(text)
