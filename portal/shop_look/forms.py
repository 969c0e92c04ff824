"""What a vendor says of its shop, and the pictures that it brings."""

from __future__ import annotations

from wtforms import FileField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp
from wtforms.widgets import ColorInput

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.editing import Edited
from shared.trade.pictures.shop_look import (
    LONGEST_CITY,
    LONGEST_TAGLINE,
    LONGEST_TEXT,
    ShopLook,
)


class ShopLookForm(Edited):
    """The words, the colour, and a new logo or cover."""

    tagline = StringField(
        _l("In one line"),
        [Length(max=LONGEST_TAGLINE)],
        description=_l("Under your shop’s name, such as: Leather goods, cut by hand."),
    )
    description = TextAreaField(_l("About your shop"), [Length(max=LONGEST_TEXT)])
    city = StringField(
        _l("Town"),
        [Length(max=LONGEST_CITY)],
        description=_l("Where your parcels come from."),
    )
    brand_color = StringField(
        _l("Colour"),
        [
            InputRequired(_l("Choose a colour.")),
            Regexp(r"^#[0-9a-fA-F]{6}\Z", message=_l("Choose a colour.")),
        ],
        widget=ColorInput(),
        description=_l(
            "Of buttons and links. We make it darker or lighter to be read."
        ),
    )
    logo = FileField(_l("Another logo"))
    cover = FileField(_l("Another cover"))

    def values(self) -> ShopLook:
        """What the use case takes. Only after the form was found right."""
        return ShopLook(
            tagline=self.tagline.data or "",
            description=(self.description.data or "").replace("\r\n", "\n"),
            city=self.city.data or "",
            brand_color=(self.brand_color.data or "").lower(),
        )
