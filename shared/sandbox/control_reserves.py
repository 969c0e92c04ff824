"""Control calls by which Stripe holds money of an account back, and lets it go: no call of its API
does (section "since").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.sandbox import books, currencies
from shared.sandbox.control_base import Call, Refused, acting, read_body
from shared.sandbox.resources import reserves
from shared.sandbox.store import Json
from shared.sandbox.world import Act

if TYPE_CHECKING:
    from shared.sandbox.app import Standin


async def hold(standin: Standin) -> Json:
    """Hold `amount` of `currency` back on `account`, the platform's own without one, for `days` (90
    unless given).
    """
    given, act = await read_body(), acting(standin)
    if unknown := set(given) - {"account", "amount", "currency", "days"}:
        raise Refused(400, f"A reserve has no {', '.join(sorted(unknown))} here.")
    inside, currency, days = (
        _account(act, given.get("account")),
        given.get("currency"),
        given.get("days", 90),
    )
    if not isinstance(currency, str) or currency.lower() not in currencies.CURRENCIES:
        raise Refused(400, "`currency` must be one of Stripe's.")
    if type(days) is not int or not 1 <= days <= reserves.LONGEST:
        raise Refused(400, f"`days` must be from 1 to {reserves.LONGEST}.")
    available, _ = books.held(inside, currency.lower())
    amount = _amount(given.get("amount"), available, "what is available on the account")
    with act.store.transaction():
        doc = reserves.hold(inside, amount, currency.lower(), days=days)
    standin.courier.ring()
    return doc.body


async def release(standin: Standin, id: str) -> Json:
    """Let `amount` of a hold go, all that is left of it without one."""
    given, act = await read_body(), acting(standin)
    if unknown := set(given) - {"amount"}:
        raise Refused(400, f"A release has no {', '.join(sorted(unknown))} here.")
    doc = act.store.find(act.platform, id, object="reserve.hold")
    if doc is None:
        raise Refused(404, f"There is no reserve.hold {id}.")
    left = doc.body["amount_releasable"]
    amount = _amount(given.get("amount", left), left, "what is left of the hold")
    with act.store.transaction():
        made = reserves.release(act.within(doc.scope), doc, amount)
    standin.courier.ring()
    return made.body


def _account(act: Act, given: Any) -> Act:
    if given is None:
        return act
    account = (
        act.store.find(act.platform, given, object="account")
        if isinstance(given, str)
        else None
    )
    if account is None:
        raise Refused(404, f"There is no account {given}.")
    return act.within(account.id)


def _amount(given: Any, most: int, what: str) -> int:
    if type(given) is not int or not 0 < given <= most:
        raise Refused(
            400, f"`amount` must be minor units, from 1 to {what}: {max(most, 0)}."
        )
    return given


CALLS: tuple[Call, ...] = (
    ("POST", "/reserves", hold),
    ("POST", "/reserves/<id>/release", release),
)
