"""What a vendor says for its invoices."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import Length, Optional

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.editing import Edited
from shared.trade.vat.numbers import MOST


class VatForm(Edited):
    """The vendor's own VAT number; empty for none."""

    vat_number = StringField(
        _l("VAT number"),
        [
            Optional(),
            Length(max=MOST, message=_l("A VAT number is shorter than that.")),
        ],
    )
