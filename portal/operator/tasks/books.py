"""What waits where the books and Stripe are compared, also after a restore."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from portal.operator.tasks.task import Task, counted
from shared.entrypoints.web.filters import moment
from shared.entrypoints.web.links import url_for
from shared.finance.overview.dashboard import Dashboard
from shared.finance.reconciliation.after_restore import Standstill


def standstill(now: Dashboard) -> Iterator[Task]:
    """No money moves since a restore."""
    if now.standstill is not None:
        yield _standstill(now.standstill)


def _standstill(found: Standstill) -> Task:
    """What comes next before money moves again."""
    title = Markup("No money moves: restored from a backup of {}").format(
        moment(found.backup_made_at)
    )
    if found.backfilled_at is None:
        said = "What Stripe did since then has to be fetched and compared first."
    elif found.compared_at is None:
        said = "Stripe’s events are here; now everything has to be compared."
    else:
        said = "Events and comparison are here. Look at what is left, and let money move again."
    return Task("bad", title, said, url_for("operator_restored.show"), "See what to do")


def books(now: Dashboard) -> Iterator[Task]:
    """What the comparison with Stripe found, or that there was none."""
    last, where = now.last_run, url_for("operator_reconciliation.index")
    if last is None:
        return
    started = moment(last.started_at)
    if last.open:
        yield _differences(last.open, started)
    if last.status == "failed":
        title = "The last comparison could not finish"
        why = last.error or "It was stopped."
        said = Markup("It was started {}. {}").format(started, why)
        yield Task("warn", title, said, where, "See why")
    elif now.is_stale:
        title = "The books were not compared last night"
        last_one = Markup("The last comparison with Stripe was {}").format(started)
        said = last_one + "; it should run every night."
        yield Task("warn", title, said, where, "Compare now")


def _differences(count: int, started: Markup) -> Task:
    title = counted(
        count,
        "difference between the books and Stripe",
        "differences between the books and Stripe",
    )
    said = Markup("Found by the comparison of {}.").format(started)
    where = url_for("operator_reconciliation.index")
    return Task("warn", title, said, where, "See what")
