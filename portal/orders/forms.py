"""What a vendor says when it sends an order."""

from __future__ import annotations

from wtforms import BooleanField, StringField
from wtforms.validators import Length, Optional

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import MarketForm

CARRIERS = ("DHL", "DPD", "FedEx", "GLS", "POST Luxembourg", "PostNord", "UPS")


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
