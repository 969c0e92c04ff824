#!/usr/bin/env bash
# stripe 16.1.0 with aiohttp 3.14.5: an answer that breaks off half-way comes out as aiohttp's error, and is not tried again.
#
# The SDK promises that a failing connection is an APIConnectionError, and repeats the request (max_network_retries) under the
# same idempotency key. Its AIOHTTPClient keeps that for what goes wrong up to the head of the answer: the body is read outside
# the handler. When the connection ends inside the body, ClientPayloadError comes out of a call such as
# payment_intents.create_async after one try, and `except stripe.StripeError` does not catch it, though the payment was made.
# The HTTPXClient of the same version tries three times and then raises APIConnectionError.
# Seen on 2026-11-28; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    stripe==16.1.0 aiohttp==3.14.5 httpx==0.28.1 anyio==4.12.0

"$folder/env/bin/python" - <<'PYTHON'
import asyncio

import stripe
from aiohttp.client_exceptions import ClientPayloadError

tries = 0


async def half_an_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A status line, a length of 1,000 and 20 bytes; then the connection ends."""
    global tries
    tries += 1
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.split(b":")[1]))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n" + b"x" * 20)
    await writer.drain()
    writer.close()


async def ask(transport: stripe.HTTPClient, port: int) -> tuple[Exception, int]:
    """What a call raises, and how often it was tried."""
    global tries
    tries = 0
    client = stripe.StripeClient(
        "sk_test_x", base_addresses={"api": f"http://127.0.0.1:{port}"}, http_client=transport, max_network_retries=2
    )
    try:
        await client.v1.payment_intents.create_async({"amount": 100, "currency": "eur"}, {"idempotency_key": "k"})
    except Exception as raised:
        await transport.close_async()
        return raised, tries
    raise AssertionError("an answer of 20 bytes was taken for a whole one")


async def main() -> None:
    server = await asyncio.start_server(half_an_answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = {}
    for transport in (stripe.AIOHTTPClient(), stripe.HTTPXClient()):
        raised, tried = await ask(transport, port)
        kind = "a StripeError" if isinstance(raised, stripe.StripeError) else "no StripeError"
        print(f"{transport.name}: {type(raised).__name__}, {kind}, tries: {tried}")
        found[transport.name] = (type(raised), tried)
    server.close()
    assert found == {"aiohttp": (ClientPayloadError, 1), "httpx": (stripe.APIConnectionError, 3)}, found


asyncio.run(main())
print("As described.")
PYTHON
