"""How a vendor is taxed on what it sells."""

from __future__ import annotations

from typing import Any

from wtforms import RadioField
from wtforms.validators import InputRequired

from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.words import words
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import choices
from shared.trade.vendors.rules import VatScheme

OFFERED = (VatScheme.SMALL, VatScheme.LOCAL, VatScheme.OSS)


def _schemes() -> list[Any]:
    return choices((each.value, _name(each)) for each in OFFERED)


def _name(scheme: VatScheme) -> str:
    return words("sales_vat.schemes", scheme)["name"]


class SchemeForm(Edited):
    """Whose VAT is inside the vendor's prices."""

    scheme = RadioField(
        _l("Your prices contain"),
        choices=_schemes,
        validators=[InputRequired(_l("Choose one."))],
    )
