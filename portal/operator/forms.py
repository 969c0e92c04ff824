"""What an operator sets for a vendor."""

from __future__ import annotations

from decimal import Decimal

from wtforms.validators import InputRequired, NumberRange

from shared.web.forms import MarketForm, PercentField


class FeeForm(MarketForm):
    """A vendor's commission in per cent."""

    platform_fee_percentage = PercentField(
        "Platform fee",
        [
            InputRequired("Enter a percentage such as 2.5."),
            NumberRange(min=0, max=Decimal("99.99"), message="Enter a percentage from 0 to 99.99."),
        ],
        places=None,
    )
