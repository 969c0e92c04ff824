"""The one hierarchy of business facts that go wrong.

A MarketError is a sentence about the business. It knows its HTTP status, a stable code for machines
and a message that is fit to be shown to the person who caused it. How it is rendered (page,
fragment, JSON) is decided in shared/entrypoints/web/errors.py.
"""

from typing import ClassVar

from shared.core.locales import gettext
from shared.core.locales import gettext_noop as _n


class MarketError(Exception):
    """A business fact that stops a use case.

    `message` may be shown as it is; details for the log go into `log`.

    `default` is the sentence in English, and is said in the language spoken where the error is
    raised, with the facts that it names: `%(most)s` takes `most=`. `param` is the field of a form
    that it is about, where there is one.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    default: ClassVar[str] = _n("That did not work.")
    param: str | None = None

    def __init__(
        self,
        message: str | None = None,
        *,
        param: str | None = None,
        log: str | None = None,
        **facts: object,
    ) -> None:
        self.message = message or gettext(self.default, **facts)
        self.param = param or self.param
        self.log = log
        super().__init__(self.message)


class SettingsError(Exception):
    """Settings are missing or contradict each other; the message lists every problem in words."""


class NotFound(MarketError):
    """The thing does not exist, or is not the caller's to know about."""

    status = 404
    code = "not_found"
    default = _n("We could not find that.")


class Forbidden(MarketError):
    """The caller is known but may not do this."""

    status = 403
    code = "forbidden"
    default = _n("You are not allowed to do that.")


class Unauthenticated(MarketError):
    """Nobody is signed in, or the token is not valid."""

    status = 401
    code = "unauthenticated"
    default = _n("Please sign in first.")


class Conflict(MarketError):
    """The request is fine but the state of things has moved on."""

    status = 409
    code = "conflict"
    default = _n("That has changed in the meantime. Please look again.")


class Invalid(MarketError):
    """The input is malformed or out of range; `param` names the field."""

    status = 422
    code = "invalid"
    default = _n("Please check what you entered.")


class TryLater(MarketError):
    """Something we depend on is down or slow; the same request may work in a moment."""

    status = 503
    code = "try_later"
    default = _n("This is not available right now. Please try again in a moment.")


class TooMany(MarketError):
    """The same was asked for too often; `retry_after` says in how many seconds it may be asked for
    again.
    """

    status = 429
    code = "too_many_requests"
    default = _n("That was a lot at once. Wait a little and try again.")

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_after: int = 60,
        log: str | None = None,
    ) -> None:
        self.retry_after = max(retry_after, 1)
        super().__init__(message, log=log)
