"""What the operator sets for the whole marketplace."""

from __future__ import annotations

from typing import Any, cast

from wtforms import BooleanField, SelectField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import choices
from shared.entrypoints.web.number_fields import WholeField
from shared.trade.marketplace.rules import (
    MOST_BANK_HOURS,
    MOST_DAYS,
    Marketplace,
    time_zones,
)


def _zones() -> list[Any]:
    """The time zones, which are looked for when the form is first shown."""
    return choices((name, name.replace("_", " ")) for name in time_zones())


class SettingsForm(Edited):
    """The settings of shared/trade/marketplace."""

    time_zone = SelectField(
        _l("Time zone"),
        validators=[DataRequired(_l("Choose a time zone."))],
        choices=_zones,
        description=_l("Statements, invoices and VAT periods are months of this zone."),
    )
    show_fee_breakdown = BooleanField(
        _l("Show shoppers what the marketplace earns"),
        description=_l(
            "On the payment page and the order’s own: the vendor’s part and the commission."
        ),
    )
    delivered_after_days = WholeField(
        _l("Delivered after"),
        [
            InputRequired(_l("Enter a number of days such as 14.")),
            NumberRange(
                min=1,
                max=MOST_DAYS,
                message=_l(
                    "Enter a number of days from 1 to %(most)s.", most=MOST_DAYS
                ),
            ),
        ],
        description=_l(
            "Days after shipping, where the vendor does not say so earlier."
        ),
    )

    bank_hold_hours = WholeField(
        _l("Wait after a changed bank account"),
        [
            InputRequired(_l("Enter a number of hours such as 72.")),
            NumberRange(
                min=0,
                max=MOST_BANK_HOURS,
                message=_l(
                    "Enter a number of hours from 0 to %(most)s.", most=MOST_BANK_HOURS
                ),
            ),
        ],
        description=_l(
            "Payouts wait so long when a vendor gives another bank. 0: they do not wait, and its "
            "owners are still written to."
        ),
    )

    def settings(self) -> Marketplace:
        """What was filled in; after the form was found right."""
        return Marketplace(
            time_zone=cast("str", self.time_zone.data),
            show_fee_breakdown=bool(self.show_fee_breakdown.data),
            delivered_after_days=cast("int", self.delivered_after_days.data),
            bank_hold_hours=cast("int", self.bank_hold_hours.data),
        )
