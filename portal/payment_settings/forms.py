"""What a vendor fills in to connect Stripe and to choose when it is paid out."""

from __future__ import annotations

from wtforms import EmailField, RadioField, SelectField, StringField, TelField, URLField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import (
    URL,
    DataRequired,
    InputRequired,
    Length,
    Optional,
    ValidationError,
)

from shared.core.formats import weekday
from shared.core.money import Money
from shared.entrypoints.web.editing import Edited
from shared.entrypoints.web.forms import MarketForm, email_address
from shared.entrypoints.web.number_fields import MoneyField
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.payouts.paydays import WEEKDAYS
from shared.finance.payouts.plans import PayoutPlan
from shared.infra.gateway.accounts import AccountDetails
from shared.trade.vendors.countries import COUNTRIES, CURRENCIES, currency_name

OWN_CURRENCY = ""
BUSINESS_TYPES = [
    SelectChoice("company", "A registered company"),
    SelectChoice("individual", "Myself, as a sole trader"),
    SelectChoice("non_profit", "A non-profit"),
]


class ConnectForm(MarketForm):
    """What Stripe is told when the account is made; the rest it asks for itself."""

    country = SelectField(
        "Country",
        choices=[
            SelectChoice(country.code, country.name) for country in COUNTRIES.values()
        ],
        validators=[DataRequired("Choose a country.")],
        description="Where your business is registered. It cannot be changed later.",
    )
    business_type = SelectField(
        "You sell as", choices=BUSINESS_TYPES, default="company"
    )
    business_name = StringField(
        "Business name",
        [DataRequired("Enter the name of your business."), Length(max=120)],
    )
    email = EmailField(
        "Email", [DataRequired("Enter an email address."), email_address]
    )
    phone = TelField(
        "Phone",
        [
            Optional(),
            Length(
                min=5, max=40, message="Enter a phone number with its country code."
            ),
        ],
    )
    url = URLField(
        "Website",
        [
            Optional(),
            URL(message="Enter an address such as https://example.com."),
            Length(max=200),
        ],
    )
    currency = SelectField(
        "Currency of your prices",
        choices=[
            SelectChoice(OWN_CURRENCY, "My country's own"),
            *(
                SelectChoice(code, f"{currency_name(code)} ({code})")
                for code in CURRENCIES
            ),
        ],
        default=OWN_CURRENCY,
        description="Fixed once you have products.",
    )

    def validate_currency(self, field: SelectField) -> None:
        """A country's shops sell in its own currency, or in euros."""
        country = COUNTRIES.get(self.country.data or "")
        if (
            country
            and field.data != OWN_CURRENCY
            and field.data not in country.currencies
        ):
            offered = " or ".join(country.currencies)
            raise ValidationError(f"Shops in {country.name} sell in {offered}.")

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


WEEKDAY_CHOICES = [SelectChoice(day, weekday(day)) for day in WEEKDAYS]
DAY_CHOICES = [SelectChoice(str(day), f"Day {day}") for day in range(1, 29)] + [
    *(SelectChoice(str(day), f"Day {day}, or the last one") for day in (29, 30)),
    SelectChoice("31", "The last day"),
]


class PayoutForm(Edited):
    """When the vendor's money goes to its bank, and from which amount."""

    payout_schedule = RadioField(
        "Pay my balance out",
        choices=[
            SelectChoice(PayoutSchedule.DAILY.value, "Every weekday"),
            SelectChoice(PayoutSchedule.WEEKLY.value, "Every week"),
            SelectChoice(PayoutSchedule.MONTHLY.value, "Every month"),
        ],
        validators=[DataRequired("Choose one.")],
    )
    weekday = SelectField("Day of the week", choices=WEEKDAY_CHOICES, default="monday")
    month_day = SelectField("Day of the month", choices=DAY_CHOICES, default="1")
    minimum_payout = MoneyField(
        "Smallest payout",
        [InputRequired("Enter an amount; 0 pays out whatever is there.")],
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
