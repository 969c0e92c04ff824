"""What may go wrong with people, their passwords and their sessions."""

from shared.errors import Conflict, NotFound, TooMany, Unauthenticated
from shared.people.rules import BadEmail, WeakPassword

__all__ = ["BadEmail", "EmailTaken", "TooManyTries", "UnknownToken", "WeakPassword", "WrongCredentials"]


class WrongCredentials(Unauthenticated):
    """Email or password is wrong; which of the two is not said, and takes the same time either way."""

    status = 422
    code = "wrong_credentials"
    default = "Email or password is not right."


class TooManyTries(TooMany):
    """This door was tried too often with this address, or from this network (shared/people/doors.py)."""

    code = "too_many_tries"
    default = "That was tried too often. Wait a few minutes and try again."


class EmailTaken(Conflict):
    """Somebody already uses this address."""

    code = "email_taken"
    default = "There is already an account with this email. Sign in instead."


class UnknownToken(NotFound):
    """This vendor has no such API token."""

    code = "unknown_token"
    default = "We could not find that token."
