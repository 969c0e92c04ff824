"""How requests leave and answers come: aiohttp, without the SDK's own transport around it.

Files go as streams, since aiohttp warns of large bodies that are plain bytes. An answer that
breaks off half-way is as good as none: the SDK's transport (16.1.0) reads the body outside its own
error handling, so what aiohttp raises there would come out unretried
(findings/stripe-aiohttp-cut-body.sh).
"""

from __future__ import annotations

import asyncio
import io
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Any, TypeAlias

import aiohttp

from shared.core.frozen import frozen
from shared.infra.gateway.stripe_package import stripe

LARGE = 512 * 1024
Answer: TypeAlias = tuple[bytes, int, Mapping[str, str]]
_unreachable: Any = stripe.APIConnectionError  # its constructor has no types


@frozen
class Tried:
    """What came of one try: an answer, or what went wrong."""

    answer: Answer | None
    failure: stripe.APIConnectionError | None = None

    @contextmanager
    def as_first(self) -> Iterator[None]:
        """Let it be the first try of what the SDK is asked for inside the block."""
        marker = _tried.set(self)
        try:
            yield
        finally:
            _tried.reset(marker)


_tried: ContextVar[Tried | None] = ContextVar("markethall_tried", default=None)


class Tries(stripe.HTTPClient):
    """A way out for the SDK whose tries others may make too."""

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> Answer:
        """One try, read to its end.

        Raises stripe.APIConnectionError, which the SDK repeats under the same key.
        """
        raise NotImplementedError

    async def close_async(self) -> None:
        """Give back what it opened, if anything."""

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> Answer:
        """One try of the SDK, unless it was made already."""
        tried = _tried.get()
        if tried is None:
            return await self.send(method, url, headers, post_data)
        _tried.set(None)
        if tried.failure is not None:
            raise tried.failure
        assert tried.answer is not None
        return tried.answer

    async def try_once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> Tried:
        """One try, of which nothing is raised."""
        try:
            return Tried(await self.send(method, url, headers, post_data))
        except stripe.APIConnectionError as failure:
            return Tried(None, failure)


class Transport(Tries):
    """One session of aiohttp's, opened with the first request.

    It keeps no cookies, and each try sends its body from the beginning.
    """

    name = "aiohttp"

    def __init__(self, *, timeout: float = 80) -> None:
        super().__init__()
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    @cached_property
    def _session(self) -> aiohttp.ClientSession:
        trusted = ssl.create_default_context(cafile=stripe.ca_bundle_path)
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=trusted),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=self._timeout,
        )

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> Answer:
        if isinstance(post_data, bytes) and len(post_data) > LARGE:
            post_data = io.BytesIO(post_data)
        try:
            # Stripe has no redirects; what answers so is not Stripe, and gets no second call
            answer = await self._session.request(
                method, url, headers=headers, data=post_data, allow_redirects=False
            )
            # read to its end, its connection is free again
            return await answer.read(), answer.status, answer.headers
        # unreachable, cut, slow, or packed in a way that nobody can unpack
        except Exception as broken:
            told = f"{type(broken).__name__} on the way to Stripe"
            raise _unreachable(told, should_retry=True) from broken

    async def sleep_async(self, secs: float) -> None:
        """How the SDK waits before it tries again."""
        await asyncio.sleep(secs)

    async def close_async(self) -> None:
        """Close the connections."""
        if "_session" in vars(self):
            await self._session.close()
