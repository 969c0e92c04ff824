"""What can stop a claim, in sentences."""

from __future__ import annotations

from shared.core.errors import Conflict, NotFound
from shared.core.locales import gettext_noop as _n


class NothingTaken(Conflict):
    """More would go back to a vendor than was ever taken from it by hand."""

    code = "nothing_taken"
    default = _n("So much was not taken from the vendor by hand.")


class NothingOwed(Conflict):
    """There is nothing to give up on any more."""

    code = "nothing_owed"
    default = _n("Nothing is owed here any more.")


class ClaimNotFound(NotFound):
    """No refund or dispute of that name takes anything from a vendor."""

    default = _n("There is no claim for %(subject)s.")
