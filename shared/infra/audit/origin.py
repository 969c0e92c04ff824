"""From where the present request came: set once per request by the web layer, read where an act is
written down.

Jobs and the command line set nothing: what they do came from nowhere but the machine itself.
"""

from __future__ import annotations

from contextvars import ContextVar

from shared.core.frozen import frozen


@frozen
class RequestOrigin:
    """`address` is the network address behind trusted proxies, `request_id` the one of the log's
    line.
    """

    address: str = ""
    request_id: str = ""


NOWHERE = RequestOrigin()
# People are answered for by where they sat. Of Stripe, of our own jobs and of guests who buy no
# address is kept here.
WHO_ACTS = ("member:", "customer:", "token:", "nobody")
_current: ContextVar[RequestOrigin] = ContextVar("audit_origin", default=NOWHERE)


def begin(origin: RequestOrigin) -> None:
    """What is written down from now on, in this task, came from there."""
    _current.set(origin)


def is_person(actor: str) -> bool:
    """Whether it is somebody, or a token that somebody gave out: not Stripe, not the machine."""
    return actor.startswith(WHO_ACTS)


def of(actor: str) -> RequestOrigin:
    """Where `actor` acts from; the address only of people and their tokens."""
    here = _current.get()
    return here if is_person(actor) else RequestOrigin(request_id=here.request_id)
