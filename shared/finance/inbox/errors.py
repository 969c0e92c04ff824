"""What can go wrong here, in sentences."""

from __future__ import annotations

from shared.core.errors import MarketError, NotFound
from shared.core.locales import gettext_noop as _n


class EventNotFound(NotFound):
    """The inbox holds no such event."""

    default = _n("There is no such event in the inbox.")


class EventNotStored(NotFound):
    """The same, for whoever names it by Stripe's id."""

    default = _n("There is no stored event %(event)s.")


class BodyForgotten(MarketError):
    """What an event brought is kept for a time only."""

    status = 410
    code = "body_forgotten"
    default = _n(
        "What event %(event)s said is not kept any more. Compare with Stripe instead: that finds "
        "what differs, however old it is."
    )


class WrongScope(MarketError):
    """An endpoint at Stripe is registered for the events that belong to the other one."""

    code = "wrong_scope"


class OfConnectedAccount(WrongScope):
    """A connected account's event came where those of the platform arrive."""

    default = _n(
        "This address takes events of the platform's own account; this one is of a connected "
        "account."
    )


class OfPlatform(WrongScope):
    """An event of the platform came where those of connected accounts arrive."""

    default = _n(
        "This address takes events of connected accounts; this one is of the platform's own."
    )
