"""What a vendor says when it sends an order, and to its shopper."""

from __future__ import annotations

from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import MarketForm
from shared.trade.messages.rules import MAX_TEXT
from shared.trade.returns.rules import MAX_ANSWER


class ShipForm(MarketForm):
    """With whom the parcel travels. Both may stay empty: not every parcel is tracked."""

    carrier = StringField(
        _l("Carrier"),
        [Optional(), Length(max=60, message=_l("Use at most 60 characters."))],
    )
    tracking_number = StringField(
        _l("Tracking number"),
        [Optional(), Length(max=80, message=_l("Use at most 80 characters."))],
    )
    # Only on the page of an order that is being refunded altogether.
    all_the_same = BooleanField(_l("Send it all the same"))


class TrackingForm(MarketForm):
    """What was wrong about a parcel that was sent."""

    carrier = StringField(
        _l("Carrier"),
        [Optional(), Length(max=60, message=_l("Use at most 60 characters."))],
    )
    tracking_number = StringField(
        _l("Tracking number"),
        [
            DataRequired(_l("Enter the right tracking number.")),
            Length(max=80, message=_l("Use at most 80 characters.")),
        ],
    )


class DeclineReturnForm(MarketForm):
    """Why a vendor does not give money back."""

    answer = TextAreaField(
        _l("Why not"),
        [
            DataRequired(_l("Say why. The shopper reads it.")),
            Length(max=MAX_ANSWER, message=_l("Use at most 500 characters.")),
        ],
    )


class VendorMessageForm(MarketForm):
    """What a vendor writes to a shopper."""

    text = TextAreaField(
        _l("Your message"),
        [
            DataRequired(_l("Write what the shopper should know.")),
            Length(max=MAX_TEXT, message=_l("Use at most 2000 characters.")),
        ],
    )
