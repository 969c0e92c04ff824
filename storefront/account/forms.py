"""Shoppers' accounts."""

from __future__ import annotations

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from shared.people.rules import MAX_PASSWORD, MIN_PASSWORD
from shared.web.forms import MarketForm
from storefront.checkout.forms import PlainText


class LoginForm(MarketForm):
    """Sign in."""

    email = StringField("Email", [DataRequired("Enter your email."), Length(max=254)])
    password = PasswordField("Password", [DataRequired("Enter your password.")])


class SignupForm(MarketForm):
    """Make an account; what a password must be is people's rule."""

    full_name = StringField(
        "Full name",
        [DataRequired("Enter your name."), Length(max=120, message="Use at most 120 characters."), PlainText()],
    )
    email = StringField("Email", [DataRequired("Enter your email."), Length(max=254)])
    password = PasswordField(
        "Password",
        [
            DataRequired("Choose a password."),
            Length(
                min=MIN_PASSWORD,
                max=MAX_PASSWORD,
                message=f"Use {MIN_PASSWORD} to {MAX_PASSWORD} characters.",
            ),
        ],
    )
