"""What waits where the books and Stripe are compared, also after a restore."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from portal.operator.tasks.task import Task
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.entrypoints.web.filters import filled, moment
from shared.entrypoints.web.links import url_for
from shared.finance.overview.dashboard import Dashboard
from shared.finance.reconciliation.after_restore import Standstill


def standstill(now: Dashboard) -> Iterator[Task]:
    """No money moves since a restore."""
    if now.standstill is not None:
        yield _standstill(now.standstill)


def _standstill(found: Standstill) -> Task:
    """What comes next before money moves again."""
    title = filled(
        _("No money moves: restored from a backup of %(at)s"),
        at=moment(found.backup_made_at),
    )
    if found.backfilled_at is None:
        said = _("What Stripe did since then has to be fetched and compared first.")
    elif found.compared_at is None:
        said = _("Stripe’s events are here; now everything has to be compared.")
    else:
        said = _(
            "Events and comparison are here. Look at what is left, and let money move again."
        )
    return Task(
        "bad",
        title,
        said,
        url_for("operator_restored.show"),
        _("See what to do"),
    )


def books(now: Dashboard) -> Iterator[Task]:
    """What the comparison with Stripe found, or that there was none."""
    last, where = now.last_run, url_for("operator_reconciliation.index")
    if last is None:
        return
    started = moment(last.started_at)
    if last.open:
        yield _differences(last.open, started)
    if last.status == "failed":
        title: str = _("The last comparison could not finish")
        why = last.error or _("It was stopped.")
        said = filled(
            _("It was started %(at)s. %(why)s"),
            at=started,
            why=why,
        )
        yield Task(
            "warn",
            title,
            said,
            where,
            _("See why"),
        )
    elif now.is_stale:
        title = _("The books were not compared last night")
        said = filled(
            _("The last comparison with Stripe was %(at)s; it should run every night."),
            at=started,
        )
        yield Task(
            "warn",
            title,
            said,
            where,
            _("Compare now"),
        )


def _differences(count: int, started: Markup) -> Task:
    title = ngettext(
        "%(num)s difference between the books and Stripe",
        "%(num)s differences between the books and Stripe",
        count,
    )
    said = filled(_("Found by the comparison of %(at)s."), at=started)
    where = url_for("operator_reconciliation.index")
    return Task(
        "warn",
        title,
        said,
        where,
        _("See what"),
    )
