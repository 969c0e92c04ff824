"""What the operator sets for the whole marketplace."""

from __future__ import annotations

from typing import cast

from wtforms import BooleanField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from shared.marketplace.rules import MOST_DAYS, Marketplace, time_zones
from shared.web.forms import MarketForm, WholeField, choices


class SettingsForm(MarketForm):
    """The settings of shared/marketplace."""

    time_zone = SelectField(
        "Time zone",
        validators=[DataRequired("Choose a time zone.")],
        choices=choices((name, name.replace("_", " ")) for name in time_zones()),
        description="Statements, invoices and VAT periods are months of this zone.",
    )
    show_fee_breakdown = BooleanField(
        "Show shoppers what the marketplace earns",
        description="On the payment page and the order’s own: the vendor’s part and the commission.",
    )
    delivered_after_days = WholeField(
        "Delivered after",
        [
            InputRequired("Enter a number of days such as 14."),
            NumberRange(min=1, max=MOST_DAYS, message=f"Enter a number of days from 1 to {MOST_DAYS}."),
        ],
        description="Days after shipping, where the vendor does not say so earlier.",
    )

    def settings(self) -> Marketplace:
        """What was filled in; after the form was found right."""
        return Marketplace(
            time_zone=cast("str", self.time_zone.data),
            show_fee_breakdown=bool(self.show_fee_breakdown.data),
            delivered_after_days=cast("int", self.delivered_after_days.data),
        )
