"""What a vendor says when it sends an order."""

from __future__ import annotations

from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Length, Optional

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import MarketForm


class ShipForm(MarketForm):
    """With whom the parcel travels. Both may stay empty: not every parcel is tracked."""

    carrier = StringField(
        _l("Carrier"),
        [Optional(), Length(max=60)],
    )
    tracking_number = StringField(
        _l("Tracking number"),
        [Optional(), Length(max=80)],
    )
    # Only on the page of an order that is being refunded altogether.
    all_the_same = BooleanField(_l("Send it all the same"))


class TrackingForm(MarketForm):
    """What was wrong about a parcel that was sent."""

    carrier = StringField(
        _l("Carrier"),
        [Optional(), Length(max=60)],
    )
    tracking_number = StringField(
        _l("Tracking number"),
        [
            DataRequired(_l("Enter the right tracking number.")),
            Length(max=80),
        ],
    )
