"""What can go wrong here, in sentences."""

from __future__ import annotations

from shared.core.errors import NotFound
from shared.core.locales import gettext_noop as _n


class EventNotFound(NotFound):
    """The inbox holds no such event."""

    default = _n("There is no such event in the inbox.")
