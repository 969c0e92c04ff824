"""What a vendor fills in to connect Stripe and to choose when it is paid out."""

from __future__ import annotations

from wtforms import EmailField, RadioField, SelectField, StringField, TelField, URLField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import URL, DataRequired, Length, Optional, ValidationError

from shared.gateway.seam import AccountDetails
from shared.vendors.countries import COUNTRIES, CURRENCY_NAMES
from shared.vendors.rules import PayoutSchedule
from shared.web.forms import MarketForm, email_address

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
        choices=[SelectChoice(country.code, country.name) for country in COUNTRIES.values()],
        validators=[DataRequired("Choose a country.")],
        description="Where your business is registered. It cannot be changed later.",
    )
    business_type = SelectField("You sell as", choices=BUSINESS_TYPES, default="company")
    business_name = StringField("Business name", [DataRequired("Enter the name of your business."), Length(max=120)])
    email = EmailField("Email", [DataRequired("Enter an email address."), email_address])
    phone = TelField(
        "Phone", [Optional(), Length(min=5, max=40, message="Enter a phone number with its country code.")]
    )
    url = URLField(
        "Website", [Optional(), URL(message="Enter an address such as https://example.com."), Length(max=200)]
    )
    currency = SelectField(
        "Currency of your prices",
        choices=[
            SelectChoice(OWN_CURRENCY, "My country's own"),
            *(SelectChoice(code, f"{name} ({code})") for code, name in CURRENCY_NAMES.items()),
        ],
        default=OWN_CURRENCY,
        description="Fixed once you have products.",
    )

    def validate_currency(self, field: SelectField) -> None:
        """A country's shops sell in its own currency, or in euros."""
        country = COUNTRIES.get(self.country.data or "")
        if country and field.data != OWN_CURRENCY and field.data not in country.currencies:
            offered = " or ".join(country.currencies)
            raise ValidationError(f"Shops in {country.name} sell in {offered}.")

    def chosen_currency(self) -> str:
        """The currency asked for, the country's own when none was named. Only after the form was found right."""
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


class PayoutForm(MarketForm):
    """How often Stripe pays the balance out."""

    payout_schedule = RadioField(
        "Pay my balance out",
        choices=[
            SelectChoice(PayoutSchedule.DAILY.value, "Every day"),
            SelectChoice(PayoutSchedule.WEEKLY.value, "Every week, on Monday"),
            SelectChoice(PayoutSchedule.MONTHLY.value, "Every month, on the first"),
        ],
        validators=[DataRequired("Choose one.")],
    )
