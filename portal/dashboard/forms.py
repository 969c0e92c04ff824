"""Closing the shop for a while."""

from __future__ import annotations

from wtforms import DateField
from wtforms.validators import Optional

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.editing import Edited


class CloseForm(Edited):
    """Until when, if the vendor knows."""

    until = DateField(_l("Opens again on"), [Optional()])
