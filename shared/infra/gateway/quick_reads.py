"""One object read from Stripe, asked for by our own transport.

For each question the SDK writes headers and four lines of a log anew, which took as long as the
request itself. Whatever is no plain success stays its business: it is given the very answer, or
the very failure, as that of its own first try, and waits, asks again and says what is wrong as it
always does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from shared.core.frozen import frozen
from shared.core.settings import StripeSettings
from shared.infra.gateway.transport import Tried, Tries

_TAKES = {"expand", "stripe_account"}


@frozen
class ObjectRequest:
    """A GET for one object."""

    url: str
    headers: Mapping[str, str]


class QuickReads:
    """Reads that need nothing of the SDK as long as Stripe answers with the object."""

    def __init__(
        self,
        settings: StripeSettings,
        way: Tries,
        *,
        version: str,
    ) -> None:
        self._base = settings.api_base
        self._way = way
        self._headers = {
            "Authorization": f"Bearer {settings.secret_key}",
            "Stripe-Version": version,
            "User-Agent": "Markethall",
        }

    def question(
        self,
        path: str,
        given: Mapping[str, Any],
    ) -> ObjectRequest | None:
        """The request; None for what asks for more than an object with parts of it expanded."""
        if given.keys() - _TAKES:
            return None
        headers = self._headers
        if account := given.get("stripe_account"):
            headers = {**headers, "Stripe-Account": account}
        wanted = enumerate(given.get("expand", ()))
        query = "&".join(f"expand[{number}]={quote(name)}" for number, name in wanted)
        url = f"{self._base}{path}"
        return ObjectRequest(f"{url}?{query}" if query else url, headers)

    async def ask(self, question: ObjectRequest) -> Tried:
        """Ask once; nothing of what may go wrong is raised."""
        return await self._way.try_once("get", question.url, question.headers)


def object_in(tried: Tried) -> dict[str, Any] | None:
    """The object that Stripe answered with; None for all other answers, and for none."""
    if tried.answer is None or tried.answer[1] != 200:
        return None
    try:
        body = json.loads(tried.answer[0].decode())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
