"""Calls to Stripe whose first try our own transport makes.

For each of them the SDK writes headers and four lines of a log anew, which takes longer than the
request itself. Whatever is no plain success stays its business: it is given the very answer, or
the very failure, as that of its own first try, and waits, asks again and says what is wrong as it
always does. A write is tried again with the same body under the same key, so Stripe does it once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.core.frozen import frozen
from shared.core.settings import StripeSettings
from shared.infra.gateway.forms import Unwritable, form_of
from shared.infra.gateway.transport import Tried, Tries

_OPTIONS = {"stripe_account", "idempotency_key"}
_FORM = "application/x-www-form-urlencoded"


@frozen
class Call:
    """A request as it leaves."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None = None


class QuickCalls:
    """Calls that need nothing of the SDK as long as Stripe answers with an object."""

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

    def call(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any],
        options: Mapping[str, Any],
    ) -> Call | None:
        """The request; None for what the SDK alone can ask.

        That is a write without a key, too: the SDK makes one up, for its own tries.
        """
        if options.keys() - _OPTIONS:
            return None
        try:
            form = form_of(params)
        except Unwritable:
            return None
        headers = self._headers
        if account := options.get("stripe_account"):
            headers = {**headers, "Stripe-Account": account}
        key = options.get("idempotency_key")
        if method == "get" and not key:
            url = f"{self._base}{path}"
            return Call(method, f"{url}?{form}" if form else url, headers)
        if method == "post" and key:
            headers = {**headers, "Idempotency-Key": key, "Content-Type": _FORM}
            return Call(method, f"{self._base}{path}", headers, form)
        return None

    async def ask(self, call: Call) -> Tried:
        """Ask once; nothing of what may go wrong is raised."""
        return await self._way.try_once(call.method, call.url, call.headers, call.body)


def object_in(tried: Tried) -> dict[str, Any] | None:
    """The object that Stripe answered with; None for all other answers, and for none."""
    if tried.answer is None or tried.answer[1] != 200:
        return None
    try:
        body = json.loads(tried.answer[0].decode())
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
