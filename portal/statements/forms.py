"""What a vendor says for its invoices."""

from __future__ import annotations

from wtforms import StringField
from wtforms.validators import Length, Optional

from shared.vat.numbers import MOST
from shared.web.editing import Edited


class VatForm(Edited):
    """The vendor's own VAT number; empty for none."""

    vat_number = StringField("VAT number", [Optional(), Length(max=MOST, message="A VAT number is shorter than that.")])
