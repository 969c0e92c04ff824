"""What a vendor says for its invoices."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import Length, Optional

from shared.entrypoints.web.editing import Edited
from shared.trade.vat.numbers import MOST


class VatForm(Edited):
    """The vendor's own VAT number; empty for none."""

    vat_number = StringField(
        "VAT number",
        [Optional(), Length(max=MOST, message="A VAT number is shorter than that.")],
    )
