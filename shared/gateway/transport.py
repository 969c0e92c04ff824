"""How requests leave: aiohttp, with files as streams, since aiohttp warns of large bodies that are plain bytes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import stripe

LARGE = 512 * 1024


class Transport(stripe.AIOHTTPClient):
    """The SDK's own transport, but for what it does with a large body; each try sends it from its beginning."""

    async def request_stream_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> Any:
        """One try."""
        if isinstance(post_data, bytes) and len(post_data) > LARGE:
            post_data = io.BytesIO(post_data)
        return await super().request_stream_async(method, url, headers, post_data)
