"""Who may do what.

Routes say which kind of person may enter; this says whose things they may touch.
"""

from __future__ import annotations

from typing import Protocol

from shared.core.errors import NotFound
from shared.trade.people.queries import Actor


class OfVendor(Protocol):
    """Anything that belongs to a vendor."""

    @property
    def vendor_id(self) -> int: ...


_OWNER_VERBS = frozenset(
    {
        "see",
        "edit",
        "ship",
        "connect_payments",
        "set_payout_schedule",
        "make_token",
        "refund",
    }
)
_OPERATOR_VERBS = frozenset({"see", "set_platform_fee", "decide_refund"})
_TOKEN_VERBS = frozenset({"see", "connect_payments"})


def may(actor: Actor, verb: str, thing: OfVendor | None) -> bool:
    """Whether `actor` may do `verb` to `thing`: owners and tokens to their own vendor's things,
    operators look, set the fee, decide.
    """
    if actor.kind == "member" and actor.role == "operator":
        return verb in _OPERATOR_VERBS
    if thing is None or actor.vendor_id is None or actor.vendor_id != thing.vendor_id:
        return False
    return verb in (_TOKEN_VERBS if actor.kind == "token" else _OWNER_VERBS)


def require(actor: Actor, verb: str, thing: OfVendor | None) -> None:
    """Raise NotFound unless `may`: what is not yours is not there."""
    if not may(actor, verb, thing):
        raise NotFound
