"""What can stop a reconciliation or a repair, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, MarketError
from shared.core.locales import gettext_noop as _n


class AlreadyRunning(Conflict):
    """Two comparisons at once would find each other's repairs."""

    code = "reconciliation_running"
    default = _n("A reconciliation is running already. Please wait for its end.")


class CannotRepair(MarketError):
    """The repair looked again and found that it cannot mend this; a person must look."""

    status = 409
    code = "cannot_repair"
    default = _n("This cannot be repaired by itself; a person must look.")
