"""How requests leave and answers come: aiohttp, made safe where the SDK's own transport is not.

Files go as streams, since aiohttp warns of large bodies that are plain bytes. An answer that
breaks off half-way is as good as none: the SDK (16.1.0) reads the body outside its own error
handling, so what aiohttp raises there would come out unretried
(findings/stripe-aiohttp-cut-body.sh).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

from shared.core.frozen import frozen
from shared.infra.gateway.stripe_package import stripe

LARGE = 512 * 1024
Answer: TypeAlias = tuple[bytes, int, Mapping[str, str]]


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


class Transport(Tries, stripe.AIOHTTPClient):
    """The SDK's own transport, but for large bodies and for answers that end too early.

    Each try sends its body from the beginning.
    """

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> Answer:
        if isinstance(post_data, bytes) and len(post_data) > LARGE:
            post_data = io.BytesIO(post_data)
        args, options = self._get_request_args_kwargs(method, url, headers, post_data)
        # Stripe has none; what answers so is not Stripe, and gets no second call
        options["allow_redirects"] = False
        try:
            async with self._session.request(*args, **options) as response:
                return await response.read(), response.status, response.headers
        # unreachable, cut, slow, or packed in a way that nobody can unpack
        except Exception as broken:
            self._handle_request_error(broken)
