"""The forms in the basket."""

from __future__ import annotations

from wtforms.validators import InputRequired, NumberRange

from shared.baskets.rules import MAX_QUANTITY
from shared.locales import lazy_gettext as _l
from shared.web.forms import MarketForm, WholeField

_RANGE = _l("Enter a quantity from %(least)s to %(most)s.", least=0, most=MAX_QUANTITY)


class QuantityForm(MarketForm):
    """How many of a line to have; 0 takes it out."""

    quantity = WholeField(_l("Quantity"), [InputRequired(_RANGE), NumberRange(min=0, max=MAX_QUANTITY, message=_RANGE)])
