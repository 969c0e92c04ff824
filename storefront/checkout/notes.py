"""What each shop in a checkout is told by its shopper."""

from __future__ import annotations

from typing import Any

from wtforms import Field, TextAreaField
from wtforms.validators import Length, Optional

from shared.core.locales import gettext as _
from shared.entrypoints.web.forms import MarketForm
from shared.trade.baskets.parts import BasketView, ShopPart

MOST_NOTE = 500


def note_field(vendor_id: int) -> str:
    """The name of the field of what a shop is told."""
    return f"note-{vendor_id}"


class NoteFields(MarketForm):
    """A note to each shop, for those that are asked for; their fields follow the basket."""

    def process(
        self,
        formdata: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Fill in, and keep what the fields that come later are filled in with."""
        super().process(formdata, *args, **kwargs)
        self._sent = formdata
        self.known = kwargs.get("data") or {}

    def ask_notes(self, basket: BasketView) -> None:
        """Ask what each shop in a basket is to be told."""
        for part in basket.parts:
            name = note_field(part.vendor.id)
            asked: Any = TextAreaField(
                _("Note to %(shop)s", shop=part.vendor.name),
                [
                    Optional(),
                    Length(max=MOST_NOTE, message=_("Use at most 500 characters.")),
                ],
            )
            field: Field = self.meta.bind_field(
                self, asked, {"name": name, "prefix": ""}
            )
            field.process(self._sent, self.known.get(name, ""))
            self._fields[name] = field

    def note_to(self, part: ShopPart) -> Field:
        """The field of what a shop is told."""
        return self[note_field(part.vendor.id)]

    def notes(self, basket: BasketView) -> dict[int, str]:
        """What each shop is told, by vendor; nothing of those that are told nothing."""
        told = {}
        for part in basket.parts:
            note = self.note_to(part).data
            if note:
                told[part.vendor.id] = note
        return told
