"""Somebody tries what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator

from portal.operator.tasks.task import Task
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.entrypoints.web.links import url_for
from shared.finance.overview.dashboard import Dashboard


def codes(now: Dashboard) -> Iterator[Task]:
    """Discount codes are guessed."""
    if not now.networks_stopped:
        return
    said = ngettext(
        "%(num)s network tried so many within a day that it was stopped for a while.",
        "%(num)s networks tried so many within a day that they were stopped for a while.",
        now.networks_stopped,
    )
    yield Task(
        "warn",
        _("Discount codes are being guessed"),
        said,
        url_for("operator_discounts.show", _anchor="guessing"),
        _("See from where"),
    )


def cards(now: Dashboard) -> Iterator[Task]:
    """Cards are tried out."""
    if not now.networks_trying:
        return
    said = ngettext(
        "From %(num)s network many were declined within a day. Who goes on has to wait.",
        "From %(num)s networks many were declined within a day. Who goes on has to wait.",
        now.networks_trying,
    )
    yield Task(
        "warn",
        _("Somebody tries out cards"),
        said,
        url_for("operator.payments", _anchor="declined"),
        _("See from where"),
    )
