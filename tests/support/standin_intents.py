"""The answer to a payment intent."""

import asyncio

from tests.sandbox.shopper import asked_at


async def answer(platform, intent, outcome):
    """Answer the challenge as a browser without JavaScript would; the address it is sent on to, if
    any.
    """
    url = asked_at(intent).removeprefix(platform.sandbox.base_url)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, body = await asyncio.to_thread(
        platform.sandbox.request, "POST", url, f"outcome={outcome}", headers
    )
    return status, body
