"""What people type to look after their own account: the same for members and shoppers."""

from __future__ import annotations

from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web.forms import MarketForm, email_address, good_password
from shared.trade.people.rules import MAX_PASSWORD, MIN_PASSWORD

PRESENT = [DataRequired(_l("Enter your present password.")), Length(max=MAX_PASSWORD)]
HINT = _l("At least %(least)s characters; several words are fine", least=MIN_PASSWORD)


class PasswordForm(MarketForm):
    """Another password, with the present one."""

    present = PasswordField(_l("Present password"), PRESENT)
    new = PasswordField(
        _l("New password"),
        [DataRequired(_l("Choose a password.")), good_password],
    )


class EmailForm(MarketForm):
    """Another address, with the present password."""

    email = EmailField(
        _l("New email"),
        [DataRequired(_l("Enter the new email.")), email_address],
    )
    present_for_email = PasswordField(_l("Present password"), PRESENT)


class ForgotForm(MarketForm):
    """Whose password is forgotten."""

    email = EmailField(
        _l("Email"),
        [DataRequired(_l("Enter your email.")), email_address],
    )


class NewPasswordForm(MarketForm):
    """A new password instead of a forgotten one."""

    password = PasswordField(
        _l("New password"), [DataRequired(_l("Choose a password.")), good_password]
    )
