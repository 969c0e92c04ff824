"""What an operator sets for a vendor."""

from __future__ import annotations

from decimal import Decimal

from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
)

from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.number_fields import PercentField
from shared.trade.vat.numbers import MOST
from shared.trade.vendors.countries import COUNTRIES


class FeeForm(Edited):
    """A vendor's commission in per cent."""

    platform_fee_percentage = PercentField(
        "Commission",
        [
            InputRequired("Enter a percentage such as 2.5."),
            NumberRange(
                min=0,
                max=Decimal("99.99"),
                message="Enter a percentage from 0 to 99.99.",
            ),
        ],
        places=None,
    )


class InvoicingForm(Edited):
    """Who writes the commission invoices."""

    legal_name = StringField(
        "Legal name",
        [DataRequired("Enter the name that invoices are written in."), Length(max=120)],
    )
    address = TextAreaField(
        "Address", [DataRequired("Enter an address."), Length(max=300)]
    )
    country = SelectField(
        "Country",
        choices=[
            SelectChoice(country.code, country.name) for country in COUNTRIES.values()
        ],
        validators=[DataRequired("Choose a country.")],
        default="LU",
    )
    vat_number = StringField(
        "VAT number",
        [Optional(), Length(max=MOST, message="A VAT number is shorter than that.")],
    )
    vat_percentage = PercentField(
        "VAT",
        [
            InputRequired("Enter a percentage such as 17, or 0."),
            NumberRange(
                min=0,
                max=Decimal("99.99"),
                message="Enter a percentage from 0 to 99.99.",
            ),
        ],
        places=None,
    )
    invoice_prefix = StringField(
        "Invoice prefix",
        [
            DataRequired("Enter a prefix such as MH."),
            Length(max=12, message="At most twelve characters."),
        ],
    )
