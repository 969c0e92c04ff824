"""What an operator sets for a vendor."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
)

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import choices
from shared.entrypoints.web.number_fields import PercentField
from shared.trade.vat.numbers import MOST
from shared.trade.vendors.countries import COUNTRIES


def _countries() -> list[Any]:
    """Every country by its name in the language spoken here."""
    return choices((country.code, country.name) for country in COUNTRIES.values())


class FeeForm(Edited):
    """A vendor's commission in per cent."""

    platform_fee_percentage = PercentField(
        _l("Commission"),
        [
            InputRequired(_l("Enter a percentage such as 2.5.")),
            NumberRange(
                min=0,
                max=Decimal("99.99"),
                message=_l("Enter a percentage from 0 to 99.99."),
            ),
        ],
        places=None,
    )


class InvoicingForm(Edited):
    """Who writes the commission invoices."""

    legal_name = StringField(
        _l("Legal name"),
        [
            DataRequired(_l("Enter the name that invoices are written in.")),
            Length(max=120),
        ],
    )
    address = TextAreaField(
        _l("Address"), [DataRequired(_l("Enter an address.")), Length(max=300)]
    )
    country = SelectField(
        _l("Country"),
        choices=_countries,
        validators=[DataRequired(_l("Choose a country."))],
        default="LU",
    )
    vat_number = StringField(
        _l("VAT number"),
        [
            Optional(),
            Length(max=MOST, message=_l("A VAT number is shorter than that.")),
        ],
    )
    vat_percentage = PercentField(
        _l("VAT"),
        [
            InputRequired(_l("Enter a percentage such as 17, or 0.")),
            NumberRange(
                min=0,
                max=Decimal("99.99"),
                message=_l("Enter a percentage from 0 to 99.99."),
            ),
        ],
        places=None,
    )
    invoice_prefix = StringField(
        _l("Invoice prefix"),
        [
            DataRequired(_l("Enter a prefix such as MH.")),
            Length(max=12, message=_l("At most twelve characters.")),
        ],
    )
