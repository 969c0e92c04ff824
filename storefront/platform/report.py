"""`/report`: anybody reports what they hold to be illegal (regulation 2022/2065, article 16)."""

from __future__ import annotations

from quart import Blueprint, Response, request
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from shared.core.locales import current
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.access import public
from shared.entrypoints.web.forms import MarketForm, email_address
from shared.entrypoints.web.limits import limit_door
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.trade.messages.reports import MOST_ABOUT, MOST_WHY, Report, report
from storefront.checkout.forms import PlainText

reporting = Blueprint("reporting", __name__)


class ReportForm(MarketForm):
    """Where it is, why it is illegal, and who says so."""

    about = StringField(
        _l("Where it is"),
        [
            DataRequired(_l("Copy the address of the page.")),
            Length(max=MOST_ABOUT),
            PlainText(),
        ],
        description=_l("The address of the page."),
    )
    why = TextAreaField(
        _l("Why it is illegal"),
        [
            DataRequired(_l("Say what is wrong, and by which law if you know it.")),
            Length(max=MOST_WHY),
        ],
    )
    full_name = StringField(
        _l("Full name"),
        [DataRequired(_l("Enter your name.")), Length(max=120), PlainText()],
    )
    email = StringField(
        _l("Email"),
        [
            DataRequired(_l("Enter your email, so that we can answer.")),
            Length(max=254),
            email_address,
        ],
    )
    in_good_faith = BooleanField(
        _l("I believe in good faith that what I say is right and complete."),
        [DataRequired(_l("Please confirm this."))],
    )


@reporting.get("/report")
@public
async def write() -> Response:
    """The form, with the page that it was reached from."""
    form = await ReportForm.from_request()
    form.about.data = request.args.get("about", "")[:MOST_ABOUT]
    return await _page(form)


@reporting.post("/report")
@public
@limit_door("report")
async def send() -> Response:
    """Take it in; the staff reads it."""
    form = await ReportForm.from_request()
    if not form.ok():
        return await _page(form, status=422)
    told = Report(
        form.about.data or "",
        form.why.data or "",
        form.full_name.data or "",
        form.email.data or "",
    )
    await report(told, language=current())
    said = _(
        "Thank you. A person looks at it and writes to you; a mail says that we have it."
    )
    return see_other(url_for("platform.home"), ("ok", said))


async def _page(form: ReportForm, status: int = 200) -> Response:
    return await page("storefront/platform/report.html", form=form, status=status)
