"""What stands in the way of buying what is in a basket. Pure."""

from __future__ import annotations

from enum import StrEnum

from shared.core.money import Money

MAX_QUANTITY = 99
MAX_LINES = 50


class Problem(StrEnum):
    """What stands in the way; `templates/words/baskets.toml` says it."""

    NOT_SOLD = "not_sold"
    SOLD_OUT = "sold_out"
    TOO_FEW = "too_few"
    PRICE_CHANGED = "price_changed"
    CLOSED = "closed"  # the shop
    NO_PAYMENTS = "no_payments"  # taken by the shop
    CURRENCIES = "currencies"  # of its things differ


def line_problem(
    *,
    sold: bool,
    available: int,
    quantity: int,
    seen: Money,
    price: Money,
) -> Problem | None:
    """The one thing to say about a line, gravest first; None when it can be bought as it stands."""
    if not sold:
        return Problem.NOT_SOLD
    if available <= 0:
        return Problem.SOLD_OUT
    if available < quantity:
        return Problem.TOO_FEW
    return Problem.PRICE_CHANGED if seen != price else None


def vendor_problem(*, is_open: bool, accepts_payments: bool) -> Problem | None:
    """Why nothing of a shop can be bought right now, or None."""
    if not is_open:
        return Problem.CLOSED
    return None if accepts_payments else Problem.NO_PAYMENTS
