"""What can stop a claim, in sentences."""

from __future__ import annotations

from shared.errors import Conflict


class NothingOwed(Conflict):
    """There is nothing to give up on any more."""

    code = "nothing_owed"
    default = "Nothing is owed here any more."
