"""What people type to look after their own account: the same for members and shoppers."""

from __future__ import annotations

from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from shared.people.rules import MAX_PASSWORD, MIN_PASSWORD
from shared.web.forms import MarketForm, email_address, good_password

PRESENT = [DataRequired("Enter your present password."), Length(max=MAX_PASSWORD)]
HINT = f"At least {MIN_PASSWORD} characters; several words are fine"


class PasswordForm(MarketForm):
    """Another password, with the present one."""

    present = PasswordField("Present password", PRESENT)
    new = PasswordField("New password", [DataRequired("Choose a password."), good_password])


class EmailForm(MarketForm):
    """Another address, with the present password."""

    email = EmailField("New email", [DataRequired("Enter the new email."), email_address])
    present_for_email = PasswordField("Present password", PRESENT)


class ForgotForm(MarketForm):
    """Whose password is forgotten."""

    email = EmailField("Email", [DataRequired("Enter your email."), email_address])


class NewPasswordForm(MarketForm):
    """A new password instead of a forgotten one."""

    password = PasswordField("New password", [DataRequired("Choose a password."), good_password])
