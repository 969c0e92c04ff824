"""What a vendor sends from the payouts pages."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import InputRequired, NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from shared.core.money import MAX_AMOUNT
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.number_fields import WholeField


class InstantForm(MarketForm):
    """The instant payout that the preview showed, and its fee; minor units of the currency."""

    amount = WholeField(
        validators=[
            InputRequired(),
            NumberRange(min=1, max=MAX_AMOUNT),
        ],
        widget=HiddenInput(),
    )
    fee = WholeField(
        default=0,
        validators=[
            Optional(),
            NumberRange(min=0, max=MAX_AMOUNT),
        ],
        widget=HiddenInput(),
    )
    currency = HiddenField(validators=[InputRequired(), Regexp(r"^[A-Z]{3}$")])
