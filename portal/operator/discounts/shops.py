"""Choosing the shops that a code of the marketplace is for: those that are chosen, and those that a
search finds, each by its name.
"""

from __future__ import annotations

from quart import request

from portal.discounts.forms import DiscountForm
from shared.core.frozen import frozen
from shared.entrypoints.web.forms import choices
from shared.trade.vendors.search import shops_called, shops_like

FIND = "find"  # the button of the search
TYPED = "find_shop"
FOUND = "found_for"  # what the shops on the page were found for
ENTER = "enter"  # what the key presses, wherever one types
_LONGEST = 100


@frozen
class ShopSearch:
    """What was typed to find shops, empty for nothing; `none`: nothing new was found for it."""

    typed: str = ""
    none: bool = False


async def is_finding() -> bool:
    """Whether the form was sent to find shops: by the button, or by Enter after typing."""
    given = await request.form
    is_new = given.get(TYPED, "").strip() != given.get(FOUND, "")
    return FIND in given or (ENTER in given and is_new)


async def offer_shops(form: DiscountForm) -> ShopSearch:
    """Let the form offer the shops that are chosen and those that were searched for."""
    if not form.is_marketplace:
        return ShopSearch()
    typed = (await request.form).get(TYPED, "").strip()[:_LONGEST]
    chosen = await shops_called(form.named_vendors)
    found = [each for each in await _found(typed) if each not in chosen]
    form["vendors"].choices = choices([*chosen, *found])  # type: ignore[attr-defined]
    return ShopSearch(typed, bool(typed) and not found)


async def _found(typed: str) -> list[tuple[str, str]]:
    return await shops_like(typed) if typed else []
