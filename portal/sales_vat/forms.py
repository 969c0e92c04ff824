"""How a vendor is taxed on what it sells."""

from __future__ import annotations

import re
from typing import Any

from wtforms import RadioField, StringField
from wtforms.validators import InputRequired, ValidationError

from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.typed import plain_code
from shared.core.words import words
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import choices
from shared.trade.vendors.rules import VatScheme

_CODE = re.compile("[A-Z0-9][A-Z0-9 -]{1,11}")
OFFERED = (VatScheme.SMALL, VatScheme.LOCAL, VatScheme.OSS)


def _schemes() -> list[Any]:
    return choices((each.value, _name(each)) for each in OFFERED)


def _code(typed: str | None) -> str:
    return plain_code(typed or "")


def _name(scheme: VatScheme) -> str:
    return words("sales_vat.schemes", scheme)["name"]


class SchemeForm(Edited):
    """Whose VAT is inside the vendor's prices."""

    scheme = RadioField(
        _l("Your prices contain"),
        choices=_schemes,
        validators=[InputRequired(_l("Choose one."))],
    )
    postal_code = StringField(
        _l("Postal code that you send from"),
        filters=[_code],
    )

    def validate_postal_code(self, field: Any) -> None:
        """Whatever looks like one; empty where nothing is said."""
        if field.data and not _CODE.fullmatch(field.data):
            raise ValidationError(_("A postal code, such as 9000-017."))
