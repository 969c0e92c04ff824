"""What can stop a reconciliation or a repair, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, MarketError, NotFound, TryLater
from shared.core.locales import gettext_noop as _n


class AlreadyRunning(Conflict):
    """Two comparisons at once would find each other's repairs."""

    code = "reconciliation_running"
    default = _n("A reconciliation is running already. Please wait for its end.")


class CannotStage(TryLater):
    """The temporary file that holds what is compared cannot be written or read."""

    code = "cannot_stage"
    default = _n(
        "The comparison needs room for a temporary file, and could not use it: %(reason)s."
    )


class CannotRepair(MarketError):
    """The repair looked again and found that it cannot mend this; a person must look."""

    status = 409
    code = "cannot_repair"
    default = _n("This cannot be repaired by itself; a person must look.")


class NotCompared(Conflict):
    """After a restore, nothing was fetched and compared yet."""

    default = _n("Fetch the events and compare everything first; nothing was changed.")


class DifferencesLeft(Conflict):
    """After a restore, differences are left that nobody has looked at."""

    default = _n(
        "There are differences left. Look at them, and tick the box if they may stay for now."
    )


class RunNotFound(NotFound):
    """There is no such run."""

    default = _n("There is no such reconciliation.")


class DifferenceNotFound(NotFound):
    """No run found it."""

    default = _n("There is no such difference.")
