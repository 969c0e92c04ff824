"""What may go wrong with people, their passwords, their mailed links and their sessions."""

from shared.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)
from shared.core.locales import gettext_noop as _n
from shared.trade.people.rules import BadEmail, WeakPassword

__all__ = [
    "BadEmail",
    "EmailNotConfirmed",
    "EmailTaken",
    "LastOperator",
    "LinkEnded",
    "NotOneself",
    "TooManyTries",
    "UnknownPerson",
    "UnknownToken",
    "WeakPassword",
    "WrongCredentials",
    "WrongPassword",
]


class WrongCredentials(Unauthenticated):
    """Email or password is wrong; which of the two is not said, and takes the same time either
    way.
    """

    status = 422
    code = "wrong_credentials"
    default = _n("Email or password is not right.")


class TooManyTries(TooMany):
    """This door was tried too often with this address, or from this network
    (shared/trade/people/login_limits.py).
    """

    code = "too_many_tries"
    default = _n("That was tried too often. Wait a few minutes and try again.")


class WrongPassword(Invalid):
    """Somebody who is signed in was asked for the present password, and gave another."""

    code = "wrong_password"
    default = _n("That is not your present password.")


class EmailTaken(Conflict):
    """Somebody already uses this address."""

    code = "email_taken"
    default = _n("There is already an account with this email. Sign in instead.")


class EmailNotConfirmed(Forbidden):
    """This needs an address that was proven to be its owner's."""

    code = "email_not_confirmed"
    default = _n("Please confirm your email address first: we have sent you a link.")


class LinkEnded(NotFound):
    """A mailed link was used before, is too old, or another one took its place."""

    code = "link_ended"
    default = _n(
        "This link does not work any more: it was used, is too old, or a newer one took its place."
    )


class UnknownPerson(NotFound):
    """Nobody has this number."""

    code = "unknown_person"
    default = _n("We could not find that person.")


class LastOperator(Conflict):
    """Somebody must be left to run the marketplace."""

    code = "last_operator"
    default = _n(
        "This is the last person who can run the marketplace. Switch on or add another one first."
    )


class NotOneself(Conflict):
    """Nobody switches themselves off."""

    code = "not_oneself"
    default = _n("You cannot switch yourself off. Ask another operator.")


class UnknownToken(NotFound):
    """This vendor has no such API token."""

    code = "unknown_token"
    default = _n("We could not find that token.")


class ScopeLacking(Invalid):
    """A token may do nothing."""

    param = "scopes"
    default = _n("Choose at least one thing that the token may do.")


class TermLacking(Invalid):
    """A token has no end that is offered."""

    param = "lasts"
    default = _n("Choose how long the token lasts.")


class BrowserNotFound(NotFound):
    """The person has no such session."""

    default = _n("We could not find that browser.")
