"""What keeps an account from being deleted, in sentences for its shopper."""

from __future__ import annotations

from datetime import datetime

from shared.core.errors import Conflict
from shared.core.formats import written_day
from shared.core.locales import gettext_noop as _n


class StillOpen(Conflict):
    """Something is under way for which the account is still needed."""

    code = "account_still_open"

    def __init__(self, number: str, until: datetime) -> None:
        self.until = until
        super().__init__(number=number, day=written_day(until.date()))


class OrderStillOpen(StillOpen):
    """An order that is not over."""

    default = _n(
        "Order %(number)s is not over yet: it is on its way, or can still be given back."
        " You can delete your account from %(day)s on."
    )


class DisputeStillOpen(StillOpen):
    """A bank has not decided."""

    default = _n(
        "Your bank is looking into order %(number)s."
        " You can delete your account when it has decided, by %(day)s at the latest."
    )
