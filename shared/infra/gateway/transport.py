"""How requests leave and answers come: aiohttp, made safe where the SDK's own transport is not.

Files go as streams, since aiohttp warns of large bodies that are plain bytes. An answer that
breaks off half-way is as good as none: the SDK (16.1.0) reads the body outside its own error
handling, so what aiohttp raises there would come out unretried
(findings/stripe-aiohttp-cut-body.sh).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from shared.infra.gateway.stripe_package import stripe

LARGE = 512 * 1024


class Transport(stripe.AIOHTTPClient):
    """The SDK's own transport, but for large bodies and for answers that end too early.

    Each try sends its body from the beginning.
    """

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One try, read to its end.

        Raises stripe.APIConnectionError, which the SDK repeats under the same key.
        """
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
