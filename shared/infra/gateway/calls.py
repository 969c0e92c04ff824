"""How a call to Stripe is made: never inside a transaction, with patience, lists to their end.

The SDK takes a sixth of the start to import and no first page needs it, so it comes with the
first question.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from shared.core.settings import StripeSettings
from shared.infra import unit
from shared.infra.database.held_connection import let_go
from shared.infra.gateway.errors import InsideTransaction, StripeUnavailable
from shared.infra.gateway.restore_check import money_may_move

if TYPE_CHECKING:
    from stripe import V1Services

    from shared.infra.gateway.sdk import Sdk

API_VERSION = "2026-10-28.endive"
PLATFORM = "markethall"
PAGE = 100  # the most that Stripe gives at once
# So many seconds are waited before a page in the middle of a long list is asked for again: a
# comparison of a million orders reads fifty thousand of them, and would begin anew for each.
PAUSES = (5, 30, 120)
READS = ("retrieve", "list")  # how the SDK's methods that only read begin
T = TypeVar("T")
log = logging.getLogger("markethall.gateway")
Pages: TypeAlias = AsyncIterator[list[T]]


class Connection:
    """The way to Stripe that all resources share.

    A call has `timeout` seconds a try, `patience` seconds in all.
    """

    def __init__(
        self,
        settings: StripeSettings,
        *,
        timeout: float,
        patience: float,
    ) -> None:
        self.patience = patience
        self._settings = settings
        self._timeout = timeout

    @cached_property
    def sdk(self) -> Sdk:
        """The SDK, imported and set up with the first question."""
        from shared.infra.gateway.sdk import Sdk

        return Sdk(self._settings, timeout=self._timeout)

    async def close(self) -> None:
        """Close what was opened, if anything was."""
        if "sdk" in vars(self):
            await self.sdk.close()


class Resource:
    """One kind of thing at Stripe.

    Every method raises InsideTransaction when a database transaction is open, StripeUnavailable
    when the outcome is unknown, StripeRefused or StripeMissing when Stripe said no. Every write
    takes the idempotency key that the caller stored first; every read gives what is so now,
    every list all there is, the oldest first; pages come the newest first.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def _v1(self) -> V1Services:
        return self._connection.sdk.v1

    async def _call(
        self,
        method: Callable[..., Awaitable[Any]],
        *path: str,
        params: Mapping[str, Any],
        to: Callable[[Any], T],
        account: str | None = None,
        **options: str,
    ) -> T:
        """One call, as the platform or as a connected account; the answer as our own data."""
        _refuse_inside_transaction(method)
        if unit.is_rehearsal() and not method.__name__.startswith(READS):
            raise unit.WouldWrite
        if account is not None:
            options["stripe_account"] = account
        await let_go()  # of the database: an answer may take long
        with self._connection.sdk.errors():
            async with asyncio.timeout(self._connection.patience):
                return to(await method(*path, params, options))

    async def _move(
        self,
        method: Callable[..., Awaitable[Any]],
        *path: str,
        params: Mapping[str, Any],
        to: Callable[[Any], T],
        **options: Any,
    ) -> T:
        """A call that moves money, or makes Stripe move it.

        Raises StandsStill while a restore has not been acknowledged.
        """
        _refuse_inside_transaction(method)
        await money_may_move()
        return await self._call(
            method,
            *path,
            params=params,
            to=to,
            **options,
        )

    async def _list(
        self,
        method: Callable[..., Awaitable[Any]],
        *path: str,
        to: Callable[[Any], T],
        account: str | None = None,
        since: datetime | None = None,
        **params: Any,
    ) -> list[T]:
        """A whole list, oldest first: page after page, each with the patience of one call.

        `since` is by creation, inclusive.
        """
        found: list[T] = []
        pages = self._pages(
            method,
            *path,
            to=to,
            account=account,
            since=since,
            pauses=(),
            **params,
        )
        async for page in pages:
            found += page
        found.reverse()
        return found

    async def _pages(
        self,
        method: Callable[..., Awaitable[Any]],
        *path: str,
        to: Callable[[Any], T],
        account: str | None = None,
        since: datetime | None = None,
        pauses: Sequence[float] | None = None,
        **params: Any,
    ) -> Pages[T]:
        """The pages of a whole list as they come, newest first: for lists that are too long to
        hold.

        The first fails as any call; one behind it is asked for again after each of `pauses`.
        """
        later = PAUSES if pauses is None else pauses
        asked = {key: value for key, value in params.items() if value is not None}
        if since is not None:
            asked["created"] = {"gte": int(since.timestamp())}
        cursor: dict[str, str] = {}
        while True:
            ask = partial(
                self._call,
                method,
                *path,
                params={**asked, **cursor, "limit": PAGE},
                to=_page,
                account=account,
            )
            page, has_more = await _with_patience(ask, later if cursor else ())
            yield [to(item) for item in page]
            if not has_more or not page:
                return
            cursor = {"starting_after": page[-1]["id"]}


async def _with_patience(
    ask: Callable[[], Awaitable[T]],
    pauses: Sequence[float],
) -> T:
    """Ask again, after a pause, for what only reads."""
    for pause in pauses:
        try:
            return await ask()
        except StripeUnavailable as away:
            log.warning("asked again in %s s: %s", pause, away.log)
            await asyncio.sleep(pause)
    return await ask()


def marked(metadata: Mapping[str, str]) -> dict[str, str]:
    """Metadata with the mark by which what we made is told from what others made there."""
    return {**metadata, "platform": PLATFORM}


def _refuse_inside_transaction(method: Callable[..., Awaitable[Any]]) -> None:
    if unit.is_open():
        name = method.__qualname__
        raise InsideTransaction(
            f"{name} was called while a database transaction is open"
        )


def _page(answer: Any) -> tuple[list[Any], bool]:
    """The objects of one page, and whether there are more."""
    return list(answer["data"]), bool(answer["has_more"])
