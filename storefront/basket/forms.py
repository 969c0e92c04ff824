"""The forms in the basket."""

from __future__ import annotations

from wtforms.validators import InputRequired, NumberRange

from shared.baskets.rules import MAX_QUANTITY
from shared.web.forms import MarketForm, WholeField

_RANGE = f"Enter a quantity from 0 to {MAX_QUANTITY}."


class QuantityForm(MarketForm):
    """How many of a line to have; 0 takes it out."""

    quantity = WholeField("Quantity", [InputRequired(_RANGE), NumberRange(min=0, max=MAX_QUANTITY, message=_RANGE)])
