"""What people type to join and to sign in."""

from __future__ import annotations

from typing import Any

from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from shared.core.locales import gettext as _
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import (
    MarketForm,
    choices,
    email_address,
    good_password,
)
from shared.trade.vendors.countries import COUNTRIES


def _countries() -> list[Any]:
    known = COUNTRIES.values()
    named = ((country.code, country.name) for country in known)
    return choices([("", _("Choose a country")), *named])


class SignInForm(MarketForm):
    """The sign-in of vendors and operators."""

    email = EmailField(
        _l("Email"),
        [DataRequired(_l("Enter your email.")), Length(max=254)],
    )
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Enter your password.")), Length(max=200)],
    )


class SignUpForm(MarketForm):
    """A new business with its first member."""

    business_name = StringField(
        _l("Business name"),
        [
            DataRequired(_l("Enter your business's name.")),
            Length(min=2, max=120),
        ],
    )
    country = SelectField(
        _l("Country"),
        [DataRequired(_l("Choose where your business is."))],
        choices=_countries,
    )
    full_name = StringField(
        _l("Full name"),
        [DataRequired(_l("Enter your name.")), Length(max=120)],
    )
    email = EmailField(
        _l("Email"), [DataRequired(_l("Enter your email.")), email_address]
    )
    password = PasswordField(
        _l("Password"), [DataRequired(_l("Choose a password.")), good_password]
    )
