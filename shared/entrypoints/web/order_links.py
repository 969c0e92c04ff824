"""Order links at the edge: what a browser shows is a signed link, what our own code speaks of is a
purchase's token.

A link is made again whenever a page or a mail needs it, and opens with every key that is still
believed. Links from before they were signed are known by their digest.
"""

from __future__ import annotations

from shared.core.errors import NotFound
from shared.core.ids import Sealed, sealed, unsealed
from shared.core.locales import gettext as _
from shared.entrypoints.web.kit import kit
from shared.trade.orders.queries import token_of_old_link

MAX_LINK = 120


def link_of(token: str) -> str:
    """The link's token of a purchase, for an address."""
    return sealed(kit().settings.secret_key, token, Sealed.ORDER)


async def token_of(link: str | None) -> str:
    """The purchase that a link opens.

    Raises NotFound: an order's number, a row's id or a made-up link opens nothing.
    """
    found = await find(link or "")
    if found is None:
        raise NotFound(_("We could not find that order."))
    return found


async def find(link: str) -> str | None:
    """As `token_of`; None for what opens nothing. No query for a link that was signed."""
    if not link.isascii() or not link.isprintable() or len(link) > MAX_LINK:
        return None
    return unsealed(
        kit().settings.secret_keys,
        link,
        Sealed.ORDER,
    ) or await token_of_old_link(link)
