"""The forms in the basket."""

from __future__ import annotations

from wtforms.validators import InputRequired, NumberRange

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.number_fields import WholeField
from shared.trade.baskets.rules import MAX_QUANTITY

_RANGE = _l("Enter a quantity from %(least)s to %(most)s.", least=0, most=MAX_QUANTITY)


class QuantityForm(MarketForm):
    """How many of a line to have; 0 takes it out."""

    quantity = WholeField(
        _l("Quantity"),
        [
            InputRequired(_RANGE),
            NumberRange(
                min=0,
                max=MAX_QUANTITY,
                message=_RANGE,
            ),
        ],
    )
