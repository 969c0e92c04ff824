"""What a vendor fills in to connect Stripe and to choose when it is paid out."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, RadioField, SelectField, StringField, TelField, URLField
from wtforms.validators import (
    URL,
    DataRequired,
    InputRequired,
    Length,
    Optional,
    ValidationError,
)

from shared.core.formats import listed_or, weekday
from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import MarketForm, choices, email_address
from shared.entrypoints.web.number_fields import MoneyField
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.payouts.paydays import WEEKDAYS
from shared.finance.payouts.plans import PayoutPlan
from shared.infra.gateway.accounts import AccountDetails
from shared.trade.vendors.countries import COUNTRIES, CURRENCIES, currency_name

OWN_CURRENCY = ""


def _countries() -> list[Any]:
    known = COUNTRIES.values()
    return choices((country.code, country.name) for country in known)


def _business_types() -> list[Any]:
    return choices(
        [
            ("company", _("A registered company")),
            ("individual", _("Myself, as a sole trader")),
            ("non_profit", _("A non-profit")),
        ]
    )


def _currencies() -> list[Any]:
    named = ((code, f"{currency_name(code)} ({code})") for code in CURRENCIES)
    return choices([(OWN_CURRENCY, _("My country's own")), *named])


class ConnectForm(MarketForm):
    """What Stripe is told when the account is made; the rest it asks for itself."""

    country = SelectField(
        _l("Country"),
        choices=_countries,
        validators=[DataRequired(_l("Choose a country."))],
        description=_l(
            "Where your business is registered. It cannot be changed later."
        ),
    )
    business_type = SelectField(
        _l("You sell as"), choices=_business_types, default="company"
    )
    business_name = StringField(
        _l("Business name"),
        [DataRequired(_l("Enter the name of your business.")), Length(max=120)],
    )
    email = EmailField(
        _l("Email"),
        [DataRequired(_l("Enter an email address.")), email_address],
    )
    phone = TelField(
        _l("Phone"),
        [
            Optional(),
            Length(
                min=5,
                max=40,
                message=_l("Enter a phone number with its country code."),
            ),
        ],
    )
    url = URLField(
        _l("Website"),
        [
            Optional(),
            URL(message=_l("Enter an address such as https://example.com.")),
            Length(max=200),
        ],
    )
    currency = SelectField(
        _l("Currency of your prices"),
        choices=_currencies,
        default=OWN_CURRENCY,
        description=_l("Fixed once you have products."),
    )

    def validate_currency(self, field: SelectField) -> None:
        """A country's shops sell in its own currency, or in euros."""
        country = COUNTRIES.get(self.country.data or "")
        if (
            country
            and field.data != OWN_CURRENCY
            and field.data not in country.currencies
        ):
            raise ValidationError(
                _(
                    "Shops in %(country)s sell in %(currencies)s.",
                    country=country.name,
                    currencies=listed_or(country.currencies),
                )
            )

    def chosen_currency(self) -> str:
        """The currency asked for, the country's own when none was named.

        Only after the form was found right.
        """
        return self.currency.data or COUNTRIES[self.country.data].currencies[0]

    def details(self) -> AccountDetails:
        """What the use case takes."""
        return AccountDetails(
            country=self.country.data,
            business_type=self.business_type.data,
            business_name=self.business_name.data or "",
            email=self.email.data or "",
            phone=self.phone.data or None,
            url=self.url.data or None,
        )


def _schedules() -> list[Any]:
    return choices(
        [
            (PayoutSchedule.DAILY.value, _("Every weekday")),
            (PayoutSchedule.WEEKLY.value, _("Every week")),
            (PayoutSchedule.MONTHLY.value, _("Every month")),
        ]
    )


def _days_of_week() -> list[Any]:
    return choices((day, weekday(day)) for day in WEEKDAYS)


def _days_of_month() -> list[Any]:
    days = range(1, 32)
    return choices((str(day), _day_of_month(day)) for day in days)


def _day_of_month(day: int) -> str:
    if day < 29:  # each month has it
        return _("Day %(day)s", day=day)
    if day < 31:
        return _("Day %(day)s, or the last one", day=day)
    return _("The last day")


class PayoutForm(Edited):
    """When the vendor's money goes to its bank, and from which amount."""

    payout_schedule = RadioField(
        _l("Pay my balance out"),
        choices=_schedules,
        validators=[DataRequired(_l("Choose one."))],
    )
    weekday = SelectField(
        _l("Day of the week"), choices=_days_of_week, default="monday"
    )
    month_day = SelectField(_l("Day of the month"), choices=_days_of_month, default="1")
    minimum_payout = MoneyField(
        _l("Smallest payout"),
        [InputRequired(_l("Enter an amount; 0 pays out whatever is there."))],
    )

    def plan(self) -> PayoutPlan:
        """What the use case takes. Only after the form was found right."""
        schedule = PayoutSchedule(self.payout_schedule.data)
        anchors = {
            PayoutSchedule.WEEKLY: self.weekday.data,
            PayoutSchedule.MONTHLY: self.month_day.data,
        }
        return PayoutPlan(
            schedule,
            anchors.get(schedule, ""),
            self.minimum_payout.data.amount,
        )


def plan_values(plan: PayoutPlan, currency: str) -> dict[str, object]:
    """How the form shows a plan."""
    return {
        "payout_schedule": plan.schedule.value,
        "weekday": plan.day if plan.schedule is PayoutSchedule.WEEKLY else "monday",
        "month_day": plan.day if plan.schedule is PayoutSchedule.MONTHLY else "1",
        "minimum_payout": Money(plan.minimum, currency),
    }
