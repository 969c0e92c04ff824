"""Shoppers' accounts."""

from __future__ import annotations

from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import MarketForm
from shared.trade.people.rules import MAX_PASSWORD, MIN_PASSWORD
from storefront.checkout.forms import PlainText


class LoginForm(MarketForm):
    """Sign in."""

    email = StringField(
        _l("Email"),
        [DataRequired(_l("Enter your email.")), Length(max=254)],
    )
    password = PasswordField(_l("Password"), [DataRequired(_l("Enter your password."))])


class SignupForm(MarketForm):
    """Make an account; what a password must be is people's rule."""

    full_name = StringField(
        _l("Full name"),
        [
            DataRequired(_l("Enter your name.")),
            Length(max=120, message=_l("Use at most 120 characters.")),
            PlainText(),
        ],
    )
    email = StringField(
        _l("Email"),
        [DataRequired(_l("Enter your email.")), Length(max=254)],
    )
    password = PasswordField(
        _l("Password"),
        [
            DataRequired(_l("Choose a password.")),
            Length(
                min=MIN_PASSWORD,
                max=MAX_PASSWORD,
                message=_l(
                    "Use %(least)s to %(most)s characters.",
                    least=MIN_PASSWORD,
                    most=MAX_PASSWORD,
                ),
            ),
        ],
    )
