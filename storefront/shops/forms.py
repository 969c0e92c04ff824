"""The form on a product's page."""

from __future__ import annotations

from wtforms.validators import InputRequired, NumberRange

from shared.baskets.rules import MAX_QUANTITY
from shared.web.forms import MarketForm, WholeField

_RANGE = f"Enter a quantity from 1 to {MAX_QUANTITY}."


class AddForm(MarketForm):
    """How many to put into the basket."""

    quantity = WholeField(
        "Quantity", [InputRequired(_RANGE), NumberRange(min=1, max=MAX_QUANTITY, message=_RANGE)], default=1
    )
