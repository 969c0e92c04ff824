"""An answer of the application on its way out: handed on, and kept where anybody may have it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias

from shared.entrypoints.web.compression import GZIP, compressed
from shared.entrypoints.web.kept_answers import AnswerForm, Header, KeptAnswer
from shared.entrypoints.web.outside import Route
from shared.entrypoints.web.same_for_all import Filling

Message: TypeAlias = Any
Send: TypeAlias = Callable[[Message], Awaitable[None]]

LONGEST = 300.0  # seconds that an answer is kept, whatever happens
LARGEST = 1024 * 1024  # bytes of one answer
# Of one request, so never kept.
_OF_ONE_REQUEST = frozenset(
    {
        b"x-request-id",
        b"ratelimit-limit",
        b"ratelimit-remaining",
        b"ratelimit-reset",
        b"date",
    }
)
_OF_A_BODY = frozenset({b"content-length", b"content-type", b"content-encoding"})
_FOR_ANYBODY = b"private, no-cache"  # as security.add_headers says it


class Listener:
    """Hands an answer on, and keeps it if everybody may have it."""

    def __init__(
        self,
        send: Send,
        *,
        packs: bool,
    ) -> None:
        """`packs`: who asks takes gzip."""
        self._send, self._packs = send, packs
        self._start: Message | None = None
        self._parts: list[bytes] = []
        self.plain: AnswerForm | None = None
        self.packed: AnswerForm | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _may_be_kept(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._end(self._start)
            elif sum(map(len, self._parts)) > LARGEST:
                await self._let_go(self._start)

    async def _end(self, start: Message) -> None:
        self._start = None
        self.plain, self.packed = _forms(start["headers"], b"".join(self._parts))
        form = self.packed if self._packs else self.plain
        own = [head for head in start["headers"] if head[0].lower() in _OF_ONE_REQUEST]
        await self._send({**start, "headers": [*form.headers, *own]})
        await self._send({"type": "http.response.body", "body": form.body})

    async def _let_go(self, start: Message) -> None:
        self._start = None
        await self._send(start)
        body = b"".join(self._parts)
        await self._send(
            {"type": "http.response.body", "body": body, "more_body": True}
        )


def _may_be_kept(start: Message) -> bool:
    """Whether an answer is a page that anybody may have: no cookie, nothing that is one's own."""
    headers = {name.lower(): value for name, value in start["headers"]}
    return (
        start["status"] == 200
        and headers.get(b"content-type", b"").startswith(b"text/html")
        and headers.get(b"cache-control") == _FOR_ANYBODY
        and headers.keys().isdisjoint(
            {b"set-cookie", b"clear-site-data", b"etag"},
        )
    )


def of_every_request(headers: Iterable[Header]) -> tuple[Header, ...]:
    """Return the headers of an answer without those that are of one request alone."""
    return tuple(
        (name, value) for name, value in headers if name.lower() not in _OF_ONE_REQUEST
    )


def _forms(
    headers: Iterable[Header],
    body: bytes,
) -> tuple[AnswerForm, AnswerForm]:
    """Return an answer as it is and as gzip, each with an etag of its own."""
    shared = [
        (name, value)
        for name, value in of_every_request(headers)
        if name.lower() != b"content-length"
    ]
    digest = hashlib.sha256(body).hexdigest()[:32]
    packed = compressed(body)
    encoded = (b"content-encoding", GZIP.encode())
    return (
        _form(shared, body, f'"{digest}"'),
        _form([*shared, encoded], packed, f'"{digest}-{GZIP}"'),
    )


def _form(
    headers: list[Header],
    body: bytes,
    etag: str,
) -> AnswerForm:
    tag = etag.encode()
    length = (b"content-length", str(len(body)).encode())
    every = (*headers, length, (b"etag", tag))
    alone = tuple(head for head in every if head[0].lower() not in _OF_A_BODY)
    return AnswerForm(
        headers=every,
        headers_alone=alone,
        body=body,
        etag=tag,
    )


def made(
    listener: Listener,
    filling: Filling,
    route: Route,
) -> KeptAnswer:
    """Return what is kept of an answer that went out."""
    assert listener.plain is not None
    assert listener.packed is not None
    return KeptAnswer(
        route=route,
        plain=listener.plain,
        packed=listener.packed,
        seen=filling.seen,
        vendor_id=filling.vendor_id,
        until=time.monotonic() + LONGEST,
    )
