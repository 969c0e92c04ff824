"""`/operator`: what waits for the marketplace's own staff, and what was sold today and in the last
week.
"""

from __future__ import annotations

from decimal import Decimal

from markupsafe import Markup
from quart import Blueprint, Response

from portal.operator.frame import page
from portal.operator.tasks import tasks
from portal.operator.tasks.imprint import imprint
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.core.money import MINUS, Money
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.filters import filled, moment, money, percent
from shared.entrypoints.web.identity import actor
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.market import market
from shared.finance.overview.dashboard import Dashboard, read_dashboard
from shared.finance.overview.figures import Figures, figures
from shared.trade.marketplace.queries import marketplace

blueprint = Blueprint("operator_home", __name__, url_prefix="/operator")


@blueprint.get("")
@operator
async def home() -> Response:
    """What needs doing, and the figures of today and of the last 7 days."""
    now = await read_dashboard(kit().settings)
    zone = (await marketplace()).zone
    waits = [*tasks(now), *imprint((await market()).identity)]
    return await page(
        "portal/operator/home.html",
        nav_active="home",
        first_name=actor().full_name.split(" ")[0],
        lines=sorted(waits, key=lambda task: task.kind != "bad"),
        compared=_compared(now),
        figures=[(f.currency, _stats(f)) for f in await figures(zone)],
        zone=zone,
    )


def _compared(now: Dashboard) -> str:
    """When the books were last compared, and how that went, for the end of the list or for a day
    when nothing waits.
    """
    last = now.last_run
    if last is None:
        return _(
            "Ledger, orders and Stripe have not been compared yet; that happens every night."
        )
    at = moment(last.finished_at or last.started_at)
    if last.status == "failed":
        return filled(_("The comparison of %(at)s could not finish."), at=at)
    said = (
        _(
            "Ledger, orders and Stripe were last compared %(at)s: what differs is listed above."
        )
        if last.open
        else _("Ledger, orders and Stripe were last compared %(at)s: they agree.")
    )
    return filled(said, at=at)


@frozen
class Stat:
    """One figure as the page shows it: the last 7 days large, today and the change beside it
    small.
    """

    label: str
    value: str
    note: str


def _stats(found: Figures) -> list[Stat]:
    stats = [
        Stat(
            _("Sales"),
            money(found.sales[1]),
            _note(found.sales, found.orders[0]),
        ),
        Stat(
            _("Commission"),
            money(found.commission[1]),
            _note(found.commission),
        ),
        Stat(
            _("Refunds"),
            money(found.refunds[1]),
            _note(found.refunds, has_change=False),
        ),
    ]
    if any(found.discounts):  # of codes that the marketplace gave
        of_codes = Stat(
            _("Paid for codes"),
            money(found.discounts[1]),
            _note(found.discounts, has_change=False),
        )
        stats.append(of_codes)
    return stats


def _note(
    spans: tuple[Money, Money, Money],
    orders: int = 0,
    *,
    has_change: bool = True,
) -> str:
    """`€13.40 today`, and on a line of its own `+48% on the 7 days before`, where there is
    something to compare with.
    """
    today, week, before = spans
    said = _today(money(today), orders)
    if not has_change or before.amount <= 0 or week.amount < 0:
        return said
    rise = round((week.amount - before.amount) * 100 / before.amount)
    sign = "+" if rise > 0 else MINUS if rise < 0 else "±"
    change = f"{sign}{percent(Decimal(abs(rise)))}"
    return Markup("{}<br>{}").format(
        said, _("%(change)s on the 7 days before", change=change)
    )


def _today(amount: str, orders: int) -> str:
    if not orders:
        return _("%(amount)s today", amount=amount)
    return ngettext(
        "%(amount)s today, %(num)s order",
        "%(amount)s today, %(num)s orders",
        orders,
        amount=amount,
    )
