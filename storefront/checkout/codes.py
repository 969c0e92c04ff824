"""The discount code in the checkout: typed, kept with the basket, and what stood on the page of it.

Its buttons send the checkout's own form, so nothing that was typed is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shared.core.errors import MarketError
from shared.entrypoints.web.identity import customer
from shared.entrypoints.web.limits import network
from shared.trade.baskets import codes
from shared.trade.baskets.errors import NothingInBasket
from shared.trade.discounts.errors import CodeRefused, GuessedTooOften
from shared.trade.discounts.queries import CodeUser
from shared.trade.discounts.rules import LONGEST_CODE, typed_code
from shared.trade.orders.selling import SeenDiscount
from storefront.browser import basket_token

BUTTON = "code"
REMOVE = "remove"
FIELD = "discount_code"
SEEN_CODE = "seen_code"
SEEN_OFF = "seen_off"
_MOST_DIGITS = 9


def code_user(email: str = "") -> CodeUser:
    """Who uses a code: whoever is signed in, and the address in the form."""
    who = customer()
    known = who.email if who is not None else ""
    return CodeUser(who.id if who is not None else None, email or known)


def typed_of(given: Mapping[str, str]) -> str:
    """What stands in the field."""
    return given.get(FIELD, "").strip()[:200]


def is_new(given: Mapping[str, str], kept: str) -> bool:
    """Whether a code was typed that the basket does not have: it is looked at before anything is
    ordered.
    """
    typed = typed_of(given)
    return bool(typed) and typed_code(typed) != kept


async def change_code(
    given: Mapping[str, str],
    user: CodeUser,
    vendors: Collection[int] | None = None,
) -> MarketError | None:
    """Keep the code that was typed, or take out the one that is there; why it cannot be used.

    `vendors`: whose things it has to take something off; None: all that are in the basket.
    """
    if given.get(BUTTON) == REMOVE:
        await codes.take_out(basket_token())
        return None
    try:
        await codes.use_code(
            basket_token(),
            typed_of(given),
            user,
            network=network(),
            vendors=vendors,
        )
    except (CodeRefused, GuessedTooOften, NothingInBasket) as refused:
        return refused
    return None


def seen_discount(given: Mapping[str, str]) -> SeenDiscount:
    """Which code stood on the page, and what it took off the goods."""
    off = given.get(SEEN_OFF, "")
    is_number = off.isascii() and off.isdigit() and len(off) <= _MOST_DIGITS
    code = given.get(SEEN_CODE, "")[:LONGEST_CODE]
    return SeenDiscount(code, int(off) if is_number else 0)
