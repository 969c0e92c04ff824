"""Closing the shop for a while."""

from __future__ import annotations

from wtforms import DateField
from wtforms.validators import Optional

from shared.entrypoints.web.editing import Edited


class CloseForm(Edited):
    """Until when, if the vendor knows."""

    until = DateField("Opens again on", [Optional()])
