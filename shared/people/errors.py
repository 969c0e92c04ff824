"""What may go wrong with people, their passwords and their sessions."""

from shared.errors import Conflict, NotFound, Unauthenticated
from shared.people.rules import BadEmail, WeakPassword

__all__ = ["BadEmail", "EmailTaken", "UnknownToken", "WeakPassword", "WrongCredentials"]


class WrongCredentials(Unauthenticated):
    """Email or password is wrong; which of the two is not said, and takes the same time either way."""

    status = 422
    code = "wrong_credentials"
    default = "Email or password is not right."


class EmailTaken(Conflict):
    """Somebody already uses this address."""

    code = "email_taken"
    default = "There is already an account with this email. Sign in instead."


class UnknownToken(NotFound):
    """This vendor has no such API token."""

    code = "unknown_token"
    default = "We could not find that token."
