"""What an operator decides about a vendor's payouts: a hold with its reason, a reserve."""

from __future__ import annotations

from decimal import Decimal

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from shared.core.formats import day_of_week, paydays
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.filters import money
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.number_fields import PercentField, WholeField
from shared.finance.payouts.forecast import next_payout
from shared.finance.payouts.operator_holds import LONGEST, MOST
from shared.finance.payouts.terms import PayoutTerms, terms_of


class HoldForm(Edited):
    """Why payouts are held back; the vendor reads it."""

    reason = TextAreaField(
        _l("Reason"),
        [
            InputRequired(_l("Say why; the vendor reads it.")),
            Length(max=300, message=_l("At most 300 characters.")),
        ],
    )


class BankForm(MarketForm):
    """How the operator knows that a changed bank is the vendor's own."""

    why = TextAreaField(
        _l("How do you know that the change was the vendor’s own?"),
        [
            InputRequired(_l("Say how you know.")),
            Length(max=300, message=_l("At most 300 characters.")),
        ],
    )


class ReserveForm(Edited):
    """How much of each sale is held back, and for how long."""

    reserve_percentage = PercentField(
        _l("Of each sale"),
        [
            InputRequired(_l("Enter a percentage such as 10; 0 for no reserve.")),
            NumberRange(
                min=0,
                max=MOST,
                message=_l("Enter a percentage from 0 to %(most)s.", most=MOST),
            ),
        ],
        places=None,
    )
    reserve_days = WholeField(
        _l("Days"),
        [
            InputRequired(_l("Enter a number of days; 0 for no reserve.")),
            NumberRange(
                min=0,
                max=LONGEST,
                message=_l("Enter a number of days from 0 to %(most)s.", most=LONGEST),
            ),
        ],
    )


@frozen
class PayoutForms:
    """What a vendor's page shows the operator about payouts."""

    terms: PayoutTerms
    schedule: str
    coming: str
    hold: HoldForm
    reserve: ReserveForm
    bank: BankForm


async def payout_forms(
    vendor_id: int,
    *,
    hold: HoldForm | None = None,
    reserve: ReserveForm | None = None,
    bank: BankForm | None = None,
) -> PayoutForms:
    """The forms as they were sent, else filled in with what holds now."""
    terms = await terms_of(vendor_id)
    found = await next_payout(vendor_id)
    if found is None:
        coming = _("Not connected")
    elif found.obstacle is not None:
        coming = _("None for now")
    else:
        coming = _(
            "%(amount)s on %(day)s",
            amount=money(found.amount),
            day=day_of_week(found.day),
        )
    percentage = (
        Decimal(f"{terms.reserve_percentage.normalize():f}")
        if terms.reserve_percentage
        else Decimal(0)
    )
    known = {"reserve_percentage": percentage, "reserve_days": terms.reserve_days}
    return PayoutForms(
        terms=terms,
        schedule=paydays(terms.plan.schedule.value, terms.plan.day),
        coming=coming,
        hold=hold
        or HoldForm(
            data={"reason": terms.held_reason},
            meta={"currency": None},
        ),
        reserve=reserve or ReserveForm(data=known, meta={"currency": None}),
        bank=bank or BankForm(meta={"currency": None}),
    )
