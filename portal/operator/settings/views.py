"""`/operator/settings`: what holds for the whole marketplace, and who changed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from quart import Blueprint, Response

from portal.operator.frame import page
from portal.operator.settings.forms import SettingsForm
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import Invalid
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.infra.audit.queries import EntryView, entries_about
from shared.trade.marketplace import service
from shared.trade.marketplace.queries import marketplace, statement_prefix

blueprint = Blueprint("operator_settings", __name__, url_prefix="/operator")


_MORE = {
    "statement_prefix": _n("Card statements begin with"),
    "name": _n("Name"),
    "sender": _n("Mails come from"),
    "contact_email": _n("Contact email"),
    "phone": _n("Phone"),
    "postal_address": _n("Postal address"),
    "logo": _n("Logo"),
    "terms": _n("Terms"),
    "privacy": _n("Privacy"),
    "imprint": _n("Imprint"),
}


@frozen
class Changed:
    """One change of the settings, ready to be read."""

    text: str
    detail: str
    at: datetime


@blueprint.get("/settings")
@operator
async def show() -> Response:
    """What holds for the whole marketplace: its time zone, what shoppers are shown, when an order
    has arrived.
    """
    return await _settings(
        SettingsForm(
            data=asdict(await marketplace()),
            meta={"currency": None},
        )
    )


@blueprint.post("/settings")
@operator
@fresh_sign_in("change the settings of the marketplace", form=SettingsForm)
async def save() -> Response:
    """Set it; the change is audited."""
    form = await SettingsForm.from_request()
    if not form.ok():
        return await _settings(form, status=422)
    look = form.look(
        asdict,
        page=url_for("operator_settings.show"),
        trail=changes_of(form),
    )
    try:
        await service.change(
            form.settings(),
            actor=actor_label(actor()),
            look=look,
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _settings(form, status=error.status)
    return see_other(url_for("operator_settings.show"), ("ok", _("Saved.")))


def changes_of(form: MarketForm) -> Trail:
    """Where the trail has the changes of the marketplace's settings that a form is about."""
    return Trail(
        service.SUBJECT,
        ("marketplace.changed",),
        lambda details: any(name in form for name in details["after"]),
    )


async def _settings(form: SettingsForm, *, status: int = 200) -> Response:
    entries = await entries_about(service.SUBJECT, limit=8)
    return await page(
        "portal/operator/settings.html",
        nav_active="settings",
        status=status,
        form=form,
        statement_prefix=await statement_prefix(),
        changes=[change for entry in entries for change in _changes(entry, form)],
    )


def _changes(entry: EntryView, form: SettingsForm) -> list[Changed]:
    """Each setting that was changed at once, in the form's order; and what is set at Stripe."""
    before: Mapping[str, Any] = entry.details["before"]
    after: Mapping[str, Any] = entry.details["after"]
    labels = {field.name: str(field.label.text) for field in form}
    labels |= {name: _(label) for name, label in _MORE.items()}
    return [
        Changed(
            label,
            f"{_told(before[name])} → {_told(after[name])}",
            entry.at,
        )
        for name, label in labels.items()
        if name in after
    ]


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value).replace("_", " ") or _("nothing")
