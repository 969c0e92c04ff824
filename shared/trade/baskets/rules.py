"""What stands in the way of buying a basket's line, as a sentence. Pure."""

from __future__ import annotations

from collections.abc import Callable

from shared.core.locales import gettext as _
from shared.core.money import Money

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
        return _("%(name)s is no longer sold. Please remove it.", name=name)
    if available <= 0:
        return _("%(name)s is sold out. Please remove it.", name=name)
    if available < quantity:
        return _(
            "Only %(left)s left of %(name)s. Please take fewer.",
            left=available,
            name=name,
        )
    if seen != price:
        words = {
            "name": name,
            "before": write(seen),
            "now": write(price),
        }
        return _(
            "The price of %(name)s has changed from %(before)s to %(now)s.", **words
        )
    return None


def vendor_problem(
    name: str, *, is_open: bool, accepts_payments: bool, closed: str = ""
) -> str | None:
    """Why nothing of this shop can be bought right now, or None.

    `closed`: what is said of it while it is not open.
    """
    if not is_open:
        return _("%(closed)s Your basket is kept.", closed=closed)
    if not accepts_payments:
        return _(
            (
                "%(shop)s cannot take payments at the moment. Your basket is kept; please try "
                "again later."
            ),
            shop=name,
        )
    return None
