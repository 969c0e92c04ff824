"""What is kept, replaced and taken off when Stripe's list of a shopper's methods is held against
ours. Pure.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.core.frozen import frozen

MOST = 10  # saved at once; beyond that nothing more is offered to be saved
REMINDED_BEFORE = timedelta(days=30)


class ConsentOrigin(StrEnum):
    """Where a shopper agreed to a method's being kept."""

    CHECKOUT = "checkout"  # the box beside the card, ticked while paying
    ACCOUNT = "account"  # "Add a card"


class SetupState(StrEnum):
    """Where adding a card stands."""

    OPENING = (
        "opening"  # written down; Stripe has not confirmed that the SetupIntent exists
    )
    OPEN = "open"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


OPEN_SETUPS = (SetupState.OPENING, SetupState.OPEN)


class Removal(StrEnum):
    """Why a method is taken off."""

    SHOPPER = "shopper"
    REPLACED = "replaced"  # the same card was saved again
    UNASKED = "unasked"  # attached at Stripe by somebody, and no shopper agreed to that
    AT_STRIPE = "at_stripe"  # it was gone from Stripe already
    CUSTOMER_GONE = "customer_gone"  # the whole customer was deleted at Stripe


# Those that we ask Stripe for; the others happened there.
DETACHED_BY_US = (Removal.SHOPPER, Removal.REPLACED, Removal.UNASKED)


@frozen
class FoundMethod:
    """A method that Stripe's customer holds.

    `agreed`: Stripe, or a setup of ours, says that its shopper wanted it kept.
    """

    id: str
    created: datetime
    fingerprint: str | None
    agreed: bool


@frozen
class StoredMethod:
    """A row of ours."""

    row_id: int
    method_id: str
    fingerprint: str | None
    is_active: bool


@frozen
class SyncPlan:
    """What to do, in this order: `gone` rows end (row, why), `kept` methods are written (row or
    None for a new one, method), `detached` methods leave Stripe (method, why).
    """

    gone: tuple[tuple[int, Removal], ...] = ()
    kept: tuple[tuple[int | None, FoundMethod], ...] = ()
    detached: tuple[tuple[str, Removal], ...] = ()


def plan(
    held: Sequence[StoredMethod],
    found: Sequence[FoundMethod],
    *,
    dropped: Collection[str],
) -> SyncPlan:
    """How our rows follow Stripe's list.

    `dropped` are methods that we took off already, whatever Stripe's list still says.

    One card of one shopper is one row: of methods with the same fingerprint the one made last
    stays.
    """
    there = [one for one in found if one.id not in dropped]
    ours = {row.method_id: row for row in held}
    wanted = [one for one in there if one.agreed or one.id in ours]

    def age(one: FoundMethod) -> tuple[datetime, bool, str]:
        # Of one second: the one that we do not know yet is newer.
        return (
            one.created,
            one.id not in ours,
            one.id,
        )

    stays = [max(same, key=age) for same in _by_card(wanted)]
    staying = {one.id for one in stays}
    detached = [(one.id, Removal.UNASKED) for one in there if one not in wanted]
    detached += [(one.id, Removal.REPLACED) for one in wanted if one.id not in staying]
    kept = _with_rows(stays, held)
    taken = {row_id for row_id, _ in kept}
    replaced = {one.fingerprint for one in stays if one.fingerprint}
    replaced |= {method_id for method_id, _ in detached}
    unused = [row for row in held if row.is_active and row.row_id not in taken]
    gone = tuple((row.row_id, _why_gone(row, replaced)) for row in unused)
    return SyncPlan(gone, tuple(kept), tuple(detached))


def _why_gone(row: StoredMethod, replaced: Collection[str]) -> Removal:
    """Why a row ends: another method has its card now, or it is gone from Stripe."""
    is_replaced = row.fingerprint in replaced or row.method_id in replaced
    return Removal.REPLACED if is_replaced else Removal.AT_STRIPE


def _with_rows(
    stays: Sequence[FoundMethod], held: Sequence[StoredMethod]
) -> list[tuple[int | None, FoundMethod]]:
    """Each method with its row: its own, else that of the same card, else none.

    A row is given once, its own method first.
    """
    free = {row.method_id: row for row in held}
    known = [one for one in stays if one.id in free]
    kept: list[tuple[int | None, FoundMethod]] = [
        (free.pop(one.id).row_id, one) for one in known
    ]
    for one in stays:
        if one in known:
            continue
        row = _row_of_card(list(free.values()), one)
        if row is None:
            kept.append((None, one))
        else:
            kept.append((free.pop(row.method_id).row_id, one))
    return kept


def _by_card(found: Sequence[FoundMethod]) -> Iterator[list[FoundMethod]]:
    """Methods of the same card together; one without a fingerprint stands alone."""
    groups: dict[str, list[FoundMethod]] = defaultdict(list)
    for one in found:
        groups[
            f"card:{one.fingerprint}" if one.fingerprint else f"method:{one.id}"
        ].append(one)
    yield from groups.values()


def _row_of_card(held: Sequence[StoredMethod], one: FoundMethod) -> StoredMethod | None:
    """The row that this card has already, the one in use first: a removed card that is saved again
    has its row again.
    """
    rows = [
        row
        for row in held
        if one.fingerprint is not None and row.fingerprint == one.fingerprint
    ]
    return max(rows, key=lambda row: (row.is_active, row.row_id), default=None)


def last_day(month: int, year: int) -> date:
    """The last day on which a card with this date is good: banks take it to the end of its
    month.
    """
    return date(year, month, calendar.monthrange(year, month)[1])


def is_expired(
    month: int | None,
    year: int | None,
    today: date,
) -> bool:
    """Whether a card's month is over. What has no date does not end."""
    return month is not None and year is not None and today > last_day(month, year)


def reminder_due(
    month: int | None,
    year: int | None,
    today: date,
) -> bool:
    """Whether its holder is told now that a card ends: in its last thirty days."""
    if month is None or year is None:
        return False
    last = last_day(month, year)
    return last - REMINDED_BEFORE <= today <= last
