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


class BadEmail(Invalid):
    """That is not an address a mail could reach."""

    code = "bad_email"
    default = _n("Enter an email address such as name@example.com.")


class WeakPassword(Invalid):
    """The password is too short, too long or too easy to guess."""

    code = "weak_password"
    param = "password"


class PasswordTooShort(WeakPassword):
    """It has too few characters."""

    default = _n("Use at least %(least)s characters.")


class PasswordTooLong(WeakPassword):
    """It has too many characters."""

    default = _n("Use at most %(most)s characters.")


class PasswordTooEasy(WeakPassword):
    """One character repeated, characters in their order, or the address itself."""

    default = _n("That is too easy to guess. Use something longer, or several words.")


class PasswordTooCommon(WeakPassword):
    """It is on the list of those that are tried first."""

    default = _n(
        "Many people use that password, so it is tried first. Use something longer, or several "
        "words."
    )


class PasswordTooNear(WeakPassword):
    """It is what others know of its owner, or of us."""

    default = _n(
        "That is too near to your name or address, or to ours. Use something longer, or several "
        "words."
    )


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


class EmailOfAnother(EmailTaken):
    """Somebody who has an account already gives it another's address."""

    default = _n("There is already an account with this email.")


class EmailNotConfirmed(Forbidden):
    """This needs an address that was proven to be its owner's."""

    code = "email_not_confirmed"
    default = _n("Please confirm your email address first: we have sent you a link.")


class ConfirmFirst(EmailNotConfirmed):
    """Nobody of a vendor has proven an address; `what` is what they are about to do."""

    default = _n(
        "To %(what)s, confirm your email address first: we have sent you a link."
    )


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


class MissingScope(Forbidden):
    """A token is good, but was not made for this."""

    code = "missing_scope"
    default = _n(
        "This token lacks the scope %(scope)s. Make one that has it in the portal."
    )

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__(scope=scope)


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


class AddressNotFound(NotFound):
    """There is no such address in this shopper's book."""

    default = _n("We could not find that address.")


class AddressBookFull(Conflict):
    """A book takes only so many addresses."""

    code = "address_book_full"
    default = _n("You can keep up to %(most)s addresses. Remove one to add another.")
