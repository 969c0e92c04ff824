"""Passwords that many people use, by the list that comes with zxcvbn: read off the event loop when
it is first asked for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import cache

from shared.trade.marketplace import presentation
from shared.trade.people import rules
from shared.trade.people.errors import PasswordTooCommon, PasswordTooNear


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import (
        FREQUENCY_LISTS,
    )  # a tenth of a second and 90,000 words

    return frozenset(FREQUENCY_LISTS["passwords"])


async def refuse(password: str, *, about: Iterable[str]) -> None:
    """Raise WeakPassword when `password` is a common one, with nothing but another case or digits
    at its end.

    `about`: what others know of its owner (address, name, shop), which is refused as well, and so
    is what everybody here knows: the marketplace's name, and words of its trade.
    """
    if rules.is_near(
        password,
        (
            *about,
            (await presentation.shown()).name,
            *rules.TRADE,
        ),
    ):
        raise PasswordTooNear
    known = await asyncio.to_thread(_common)
    if not known.isdisjoint(rules.stems(password)):
        raise PasswordTooCommon
