"""How an answer is sent."""

from __future__ import annotations

import asyncio

from hypercorn.typing import ASGISendCallable
from quart import Response
from quart.asgi import ASGIHTTPConnection
from quart.typing import ResponseTypes

SENDING = 60.0  # seconds that the server may take to take an answer


class SentAnswer(ASGIHTTPConnection):
    """As Quart's, without a task for the sending alone, as `asyncio.wait_for` makes one in Python
    3.11.
    """

    async def _send_response(
        self,
        send: ASGISendCallable,
        response: ResponseTypes,
    ) -> None:
        own = response.timeout if isinstance(response, Response) else ...
        limit = SENDING if own is ... else own
        async with asyncio.timeout(limit):
            await super()._send_response(send, response)
