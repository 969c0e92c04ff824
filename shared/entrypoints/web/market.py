"""The marketplace's own name and logo for every page: read at most once a minute by each
process.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from quart import Quart, current_app

from shared.core import clock
from shared.entrypoints.web import same_for_all
from shared.trade.marketplace import presentation
from shared.trade.marketplace.identity import ShownIdentity

log = logging.getLogger("markethall.web")

FRESH = timedelta(minutes=1)
_KEY = "markethall_market"


@dataclass
class _Known:
    shown: ShownIdentity
    at: datetime | None = None
    times_forgotten: int = 0


async def market() -> ShownIdentity:
    """How the marketplace is shown. While the database is away, as it was shown last."""
    known = cast("_Known", current_app.extensions[_KEY])
    now = clock.now()
    if known.at is not None and now - FRESH < known.at <= now:
        return known.shown
    before = known.times_forgotten
    try:
        known.shown = await presentation.shown()
    except Exception as problem:  # an error page needs a name, too
        log.info("the marketplace's name could not be read: %s", type(problem).__name__)
        same_for_all.keep_not()
    else:
        # It may have been changed while it was read.
        known.at = now if known.times_forgotten == before else None
    return known.shown


def forget(app: Quart | None = None) -> None:
    """Read it anew: it was changed."""
    known = cast("_Known", (app or current_app).extensions[_KEY])
    known.at = None
    known.times_forgotten += 1


def register(app: Quart) -> None:
    """Let `app` know the marketplace's name."""
    app.extensions[_KEY] = _Known(ShownIdentity())
