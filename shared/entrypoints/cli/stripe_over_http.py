"""Stripe by plain HTTP, as an outsider with the platform's key would ask it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from shared.core.settings import StripeSettings
from shared.infra.gateway.calls import API_VERSION


class StripeSaysNo(Exception):
    """Stripe refused a touch; the words are Stripe's."""


class Api:
    """Stripe, asked over one session."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session, self._base = session, base

    async def get(
        self,
        path: str,
        params: dict[str, str],
        account: str | None = None,
    ) -> Any:
        """Read. Raises StripeSaysNo."""
        url, headers = self._base + path, _acting(account)
        asked = self._session.get(url, params=params, headers=headers)
        async with asked as answer:
            return await _body(answer)

    async def post(
        self,
        path: str,
        form: dict[str, str],
        key: str,
    ) -> Any:
        """Write under an idempotency key. Raises StripeSaysNo."""
        headers = {"Idempotency-Key": key}
        asked = self._session.post(self._base + path, data=form, headers=headers)
        async with asked as answer:
            return await _body(answer)


def _acting(account: str | None) -> dict[str, str]:
    return {"Stripe-Account": account} if account else {}


async def _body(answer: aiohttp.ClientResponse) -> Any:
    body = await answer.json()
    if answer.status >= 400:
        error = body.get("error", {})
        raise StripeSaysNo(str(error.get("message", f"status {answer.status}")))
    return body


@asynccontextmanager
async def opened(stripe: StripeSettings) -> AsyncIterator[Api]:
    """Stripe, to be asked."""
    headers = {
        "Authorization": f"Bearer {stripe.secret_key}",
        "Stripe-Version": API_VERSION,
    }
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
        yield Api(session, stripe.api_base)
