"""Who sells: the business behind a shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from shared.core.errors import Invalid
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.typed import MOST_PHONE
from shared.entrypoints.web.editing import Edited
from shared.trade.vendors.seller import (
    MOST_ADDRESS,
    MOST_NAME,
    MOST_REGISTER,
    SellerDetails,
    tidy_address,
    tidy_phone,
)


def _told(
    tidy: Callable[[str], str],
    field: Any,
) -> None:
    try:
        tidy(field.data or "")
    except Invalid as error:
        raise ValidationError(error.message) from error


class SellerForm(Edited):
    """What the law asks a business to say."""

    legal_name = StringField(
        _l("Name of the business"),
        [InputRequired(_l("Your name, or your company’s.")), Length(max=MOST_NAME)],
        description=_l(
            "As it is registered, such as: Atelier Luxe S.à r.l. If you sell by yourself: "
            "your own name."
        ),
    )
    address = TextAreaField(
        _l("Address"),
        [
            InputRequired(_l("The address of your business.")),
            Length(max=MOST_ADDRESS),
        ],
        description=_l("Street and number, then postal code and town."),
    )
    phone = StringField(_l("Phone"), [Length(max=MOST_PHONE)])
    register = StringField(
        _l("Register and number"),
        [Length(max=MOST_REGISTER)],
        description=_l("If you are in one, such as: RCS Luxembourg B123456."),
    )

    def validate_address(self, field: Any) -> None:
        """Told together with what else is wrong."""
        _told(tidy_address, field)

    def validate_phone(self, field: Any) -> None:
        """Likewise."""
        _told(tidy_phone, field)

    def values(self) -> SellerDetails:
        """What the use case takes. Only after the form was found right."""
        return SellerDetails(
            self.legal_name.data or "",
            (self.address.data or "").replace("\r\n", "\n"),
            self.phone.data or "",
            self.register.data or "",
        )
