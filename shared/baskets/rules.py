"""What stands in the way of buying a basket's line, as a sentence. Pure."""

from __future__ import annotations

from collections.abc import Callable

from shared.money import Money

MAX_QUANTITY = 99
MAX_LINES = 50


def line_problem(
    *,
    name: str,
    sold: bool,
    available: int,
    quantity: int,
    seen: Money,
    price: Money,
    write: Callable[[Money], str] = str,
) -> str | None:
    """The one thing to say about a line, gravest first; None when it can be bought as it stands."""
    if not sold:
        return f"{name} is no longer sold. Please remove it."
    if available <= 0:
        return f"{name} is sold out. Please remove it."
    if available < quantity:
        return f"Only {available} left of {name}. Please take fewer."
    if seen != price:
        return f"The price of {name} has changed from {write(seen)} to {write(price)}."
    return None


def vendor_problem(name: str, *, is_open: bool, accepts_payments: bool, closed: str = "") -> str | None:
    """Why nothing of this shop can be bought right now, or None. `closed`: what is said of it while it is not open."""
    if not is_open:
        return f"{closed} Your basket is kept."
    if not accepts_payments:
        return f"{name} cannot take payments at the moment. Your basket is kept; please try again later."
    return None
