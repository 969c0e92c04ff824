"""What a shopper's browser carries for us in the signed session: its basket's token and the links
of the purchases it made.
"""

from __future__ import annotations

from quart import session

from shared.core.ids import new_token

MAX_CHECKOUTS = 20


def basket_token() -> str | None:
    """The token of this browser's basket, if it has one."""
    token = session.get("basket")
    return token if isinstance(token, str) else None


def promise_basket() -> str:
    """This browser's basket token, given out with the first thing that is put into it.

    Never before: pages of things to buy are the same for every visitor.
    """
    token = basket_token()
    if token is None:
        token = new_token("ba")
        session["basket"] = token
        session.permanent = True
    return token


def remember_checkout(link: str) -> None:
    """Add a purchase, by its link, to those this browser made, newest last."""
    others = [known for known in own_checkouts() if known != link]
    session["checkouts"] = [*others, link][-MAX_CHECKOUTS:]
    session.permanent = True


def own_checkouts() -> list[str]:
    """The links of the purchases that this browser made, newest last."""
    found = session.get("checkouts")
    return [t for t in found if isinstance(t, str)] if isinstance(found, list) else []
