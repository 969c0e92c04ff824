"""What people type to join and to sign in."""

from __future__ import annotations

from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from shared.entrypoints.web.forms import (
    MarketForm,
    choices,
    email_address,
    good_password,
)
from shared.trade.vendors.countries import COUNTRIES

_COUNTRY_CHOICES = choices(
    [
        ("", "Choose a country"),
        *((c.code, c.name) for c in COUNTRIES.values()),
    ]
)


class SignInForm(MarketForm):
    """The sign-in of vendors and operators."""

    email = EmailField("Email", [DataRequired("Enter your email."), Length(max=254)])
    password = PasswordField(
        "Password", [DataRequired("Enter your password."), Length(max=200)]
    )


class SignUpForm(MarketForm):
    """A new business with its first member."""

    business_name = StringField(
        "Business name",
        [DataRequired("Enter your business's name."), Length(min=2, max=120)],
    )
    country = SelectField(
        "Country",
        [DataRequired("Choose where your business is.")],
        choices=_COUNTRY_CHOICES,
    )
    full_name = StringField(
        "Full name", [DataRequired("Enter your name."), Length(max=120)]
    )
    email = EmailField("Email", [DataRequired("Enter your email."), email_address])
    password = PasswordField(
        "Password", [DataRequired("Choose a password."), good_password]
    )
