"""The checkout's form sent once more when its basket is paid: pressed twice, or after Back."""

from __future__ import annotations

from shared.entrypoints.web.order_links import link_of
from shared.trade.baskets.queries import count_items
from shared.trade.orders.purchase_lists import last_bought_with
from storefront.browser import basket_token


async def bought_link() -> str | None:
    """The link of the purchase that this browser's basket was paid with, if nothing is in it
    now.
    """
    token = basket_token()
    if await count_items(token):
        return None
    bought = await last_bought_with(token)
    return link_of(bought) if bought else None
