"""How a call to Stripe is made: never inside a transaction, with patience, errors in our words; lists read to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

import stripe

from shared import unit
from shared.gateway import translate
from shared.gateway.seam import InsideTransaction
from shared.gateway.standing import money_may_move
from shared.gateway.transport import Transport
from shared.settings import StripeSettings

API_VERSION = "2026-10-28.endive"
PLATFORM = "markethall"
PAGE = 100  # the most that Stripe gives at once
T = TypeVar("T")


class Calls:
    """Stripe over HTTP: pinned version, aiohttp transport, two retries under the same key, `patience` seconds in all."""

    def __init__(self, settings: StripeSettings, *, timeout: float = 10, patience: float = 20) -> None:
        self._http = Transport(timeout=timeout)
        self._patience = patience
        self._client = stripe.StripeClient(
            settings.secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": settings.api_base, "files": settings.files_base},
            http_client=self._http,
            max_network_retries=2,
        )

    async def close(self) -> None:
        """Close the connections."""
        session: Any = self._http._cached_session
        if session is not None:  # close_async() would open a session in order to close it
            await session.close()

    async def _call(
        self,
        method: Callable[..., Awaitable[Any]],
        *path: str,
        params: dict[str, Any],
        to: Callable[[Any], T],
        account: str | None = None,
        **options: str,
    ) -> T:
        """One call, as the platform or as one of its connected accounts; the answer as our own data."""
        if unit.is_open():
            raise InsideTransaction(f"{method.__qualname__} was called while a database transaction is open")
        if account is not None:
            options["stripe_account"] = account
        with translate.errors():
            async with asyncio.timeout(self._patience):
                return to(await method(*path, params, options))

    async def _move(
        self,
        method: Callable[..., Awaitable[Any]],
        *path: str,
        params: dict[str, Any],
        to: Callable[[Any], T],
        **options: Any,
    ) -> T:
        """A call that moves money, or makes Stripe move it: none while a restore is not acknowledged. Raises StandsStill."""
        if unit.is_open():
            raise InsideTransaction(f"{method.__qualname__} was called while a database transaction is open")
        await money_may_move()
        return await self._call(method, *path, params=params, to=to, **options)

    async def _list(
        self,
        method: Callable[..., Awaitable[Any]],
        *path: str,
        to: Callable[[Any], T],
        account: str | None = None,
        since: datetime | None = None,
        **params: Any,
    ) -> list[T]:
        """A whole list, oldest first: page after page, each with the patience of one call. `since` is by creation, inclusive."""
        asked = {key: value for key, value in params.items() if value is not None}
        if since is not None:
            asked["created"] = {"gte": int(since.timestamp())}
        found: list[Any] = []
        while True:
            cursor = {"starting_after": found[-1].id} if found else {}
            page, has_more = await self._call(
                method, *path, params={**asked, **cursor, "limit": PAGE}, to=_page, account=account
            )
            found += page
            if not has_more or not page:
                break
        return [to(item) for item in reversed(found)]


def _page(answer: Any) -> tuple[list[Any], bool]:
    """The objects of one page, and whether there are more."""
    return list(answer.data), bool(answer.has_more)
