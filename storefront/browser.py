"""What a shopper's browser carries for us in the signed session: its basket's token and the purchases it made."""

from __future__ import annotations

import re

from quart import session

from shared.errors import NotFound
from shared.ids import new_token

MAX_CHECKOUTS = 20
_TOKEN = re.compile(r"[a-z]{2,4}_[A-Za-z0-9_-]{20,60}", re.ASCII)


def basket_token() -> str | None:
    """The token of this browser's basket, if it has one."""
    token = session.get("basket")
    return token if isinstance(token, str) else None


def promise_basket() -> str:
    """This browser's basket token, given out before the first click, so that a lost answer loses no basket."""
    token = basket_token()
    if token is None:
        token = new_token("ba")
        session["basket"] = token
        session.permanent = True
    return token


def remember_checkout(token: str) -> None:
    """Add a purchase to those this browser made, newest last."""
    others = [t for t in own_checkouts() if t != token]
    session["checkouts"] = [*others, token][-MAX_CHECKOUTS:]
    session.permanent = True


def own_checkouts() -> list[str]:
    """The purchases that this browser made, newest last."""
    found = session.get("checkouts")
    return [t for t in found if isinstance(t, str)] if isinstance(found, list) else []


def readable_token(text: str | None) -> str:
    """`text` if it can be a purchase's token at all. Raises NotFound: an order's number or a made-up id opens nothing."""
    if text is None or not _TOKEN.fullmatch(text):
        raise NotFound("We could not find that order.")
    return text
