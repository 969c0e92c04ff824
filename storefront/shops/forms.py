"""The form on a product's page."""

from __future__ import annotations

from wtforms.validators import InputRequired, NumberRange

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.number_fields import WholeField
from shared.trade.baskets.rules import MAX_QUANTITY

_RANGE = _l("Enter a quantity from %(least)s to %(most)s.", least=1, most=MAX_QUANTITY)


class AddForm(MarketForm):
    """How many to put into the basket.

    Without a token: the page is the same for all, and the browser's word for its origin suffices.
    """

    class Meta:
        csrf = False

    quantity = WholeField(
        _l("Quantity"),
        [
            InputRequired(_RANGE),
            NumberRange(
                min=1,
                max=MAX_QUANTITY,
                message=_RANGE,
            ),
        ],
        default=1,
    )
