"""A line to the stand-in that spoils answers on their way back: what was asked has happened, and we
learn it badly or not at all.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from shared.infra.gateway.gateway import Gateway
from tests.support.ports import free_port

if TYPE_CHECKING:
    from types import TracebackType

    from shared.core.settings import Settings

HTML = b"<!doctype html><title>502 Bad Gateway</title><h1>Bad gateway</h1>"
FAULTS = (
    "refused",
    "reset_early",
    "reset",
    "cut_head",
    "cut_body",
    "cut_chunk",
    "slow_head",
    "slow_body",
    "bad_gzip",
    "no_json",
    "other_json",
    "no_object",
    "empty",
    "gateway_502",
    "gateway_200",
    "gateway_403",
)


def _plain(status: str, kind: str, body: bytes, *more: str) -> bytes:
    head = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        *more,
        "",
        "",
    ]
    return "\r\n".join(head).encode() + body


WHOLE = {
    "bad_gzip": _plain(
        "200 OK",
        "application/json",
        gzip.compress(b'{"id": "x"}')[:-12] + b"?" * 12,
        "Content-Encoding: gzip",
    ),
    "no_json": _plain("200 OK", "application/json", b'{"id": "pi_'),
    "other_json": _plain("200 OK", "application/json", b'{"status": "ok"}'),
    "no_object": _plain("200 OK", "application/json", b'["ok"]'),
    "empty": _plain("200 OK", "application/json", b""),
    "gateway_502": _plain("502 Bad Gateway", "text/html", HTML),
    "gateway_200": _plain("200 OK", "text/html", HTML),
    "gateway_403": _plain("403 Forbidden", "text/html", HTML),
}


@dataclass
class Wire:
    """`async with Wire(base_url) as wire:` listens at `wire.base_url`; `wire.fault` names what
    happens to answers from then on.
    """

    upstream: str
    fault: str | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        self._stopping = asyncio.Event()
        self._closed_port = free_port()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._server.close()
        await self._server.wait_closed()

    @property
    def base_url(self) -> str:
        """Where it listens; for `refused` an address at which nobody does."""
        return f"http://127.0.0.1:{self._closed_port if self.fault == 'refused' else self._port}"

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while request := await _message(reader):
                if self.fault == "reset_early":  # before anybody was asked
                    return
                answer = await self._forward(request)
                if not await self._give(answer, writer):
                    return
        except ConnectionError:
            return
        finally:
            if self.fault in ("reset_early", "reset"):
                writer.transport.abort()  # a reset, no end
            writer.close()

    async def _forward(self, request: bytes) -> bytes:
        host = urlsplit(self.upstream)
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        writer.write(request)
        answer = await _message(reader)
        writer.close()
        return answer

    async def _give(self, answer: bytes, writer: asyncio.StreamWriter) -> bool:
        """Send what is left of the answer; false when the line ends with it."""
        fault = self.fault
        head, _, body = answer.partition(b"\r\n\r\n")
        if fault == "cut_head":
            writer.write(head[:20])
        elif fault in ("cut_body", "slow_body"):
            writer.write(head + b"\r\n\r\n" + body[:20])
        elif fault == "cut_chunk":
            writer.write(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n"
                + body[:20]
            )
        elif fault not in ("reset", "slow_head"):
            writer.write(WHOLE[fault] if fault else answer)
        await writer.drain()
        if fault in ("slow_head", "slow_body"):
            await self._stopping.wait()
        return fault is None or fault in WHOLE


@asynccontextmanager
async def spoiling(settings: Settings, fault: str) -> AsyncIterator[Gateway]:
    """A gateway to the stand-in over a line with this fault, and with little patience where nothing
    ends it but that.
    """
    patience = 0.3 if fault.startswith("slow") else 20
    async with Wire(settings.stripe.api_base, fault) as wire:
        stripe = replace(settings.stripe, api_base=wire.base_url)
        live = Gateway(stripe, timeout=patience / 2, patience=patience)
        try:
            yield live
        finally:
            await live.close()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """One request or answer, as it came; empty at the end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    _, *lines = head.split(b"\r\n")
    pairs = [line.lower().split(b":", 1) for line in lines if b":" in line]
    fields = dict(pairs)
    length = int(fields.get(b"content-length", b"0"))
    if length:
        return head + await reader.readexactly(length)
    return head + await _chunks(reader, fields)


async def _chunks(reader: asyncio.StreamReader, fields: dict[bytes, bytes]) -> bytes:
    if b"chunked" not in fields.get(b"transfer-encoding", b""):
        return b""
    found = b""
    while True:
        size = await reader.readuntil(b"\r\n")
        chunk = await reader.readexactly(int(size, 16) + 2)
        found += size + chunk
        if int(size, 16) == 0:
            return found
