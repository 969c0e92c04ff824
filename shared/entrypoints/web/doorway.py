"""Doors before the application, for machines that come often and sign what they bring.

What is signed, whole, and not too often is done and answered here. Everything else is the
application's: what nobody signed, what is too much, what fails. The answer is the application's
own as it gave it the first time; what counts, counts here too: rate limits, the log, the metrics.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias, TypeVar, cast

from quart import Quart, Response, current_app, request

from shared.core import locales
from shared.core.frozen import frozen
from shared.core.networks import network_of
from shared.entrypoints.web import outside
from shared.entrypoints.web.access import current_view
from shared.entrypoints.web.bodies import MAX_BODY, MAX_HEADER_BYTES, MAX_HEADERS
from shared.entrypoints.web.kept_answers import Header
from shared.entrypoints.web.kit import kit_of, shielded_in
from shared.entrypoints.web.listener import Message, Send, of_every_request
from shared.entrypoints.web.outside import Route
from shared.infra.activity import cause
from shared.infra.audit import origin
from shared.infra.jobs import Context
from shared.trade.people.queries import NOBODY

Scope: TypeAlias = Any
Receive: TypeAlias = Callable[[], Awaitable[Message]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
F = TypeVar("F", bound=Callable[..., Any])
# What a body asks for, if it is signed and whoever signed it may ask here; else None.
Work: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
Opens: TypeAlias = Callable[[Context, bytes, str], Work | None]

_MOST_ANSWERS = 16  # one for each name that the marketplace goes by
_SECONDS = 2.0  # for a body that comes in pieces
_BETWEEN = 4  # bytes between a header's name, its value and the next one
_LEARNING, _FAILED = "markethall.learning", "markethall.failed"  # of the scope
# Who sends these is no machine of that kind, or wants what only the application does.
_NOT_HERE = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"cookie",
        b"expect",
        b"transfer-encoding",
        b"upgrade",
    }
)


def opens_by(
    header: bytes,
    opens: Opens,
) -> Callable[[F], F]:
    """Let a route be answered before the application; `header` brings the signature.

    The view calls `raise_failure` first, and answers the same whenever all went well.
    """

    def decorate(view: F) -> F:
        view.market_door = _Lock(header, opens)  # type: ignore[attr-defined]
        return view

    return decorate


def raise_failure() -> None:
    """Raise what the work of this request failed with before the application was asked."""
    failure = cast("Any", request.scope).get(_FAILED)
    if failure is not None:
        raise failure


@frozen
class _Lock:
    header: bytes
    opens: Opens


@frozen
class _Answer:
    """What the application says when all went well."""

    route: Route
    headers: tuple[Header, ...]
    body: bytes


class _Learning:
    """The application's answer, on its way out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._headers: tuple[Header, ...] | None = None
        self._body = b""
        self.route: Route | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 200:
            self._headers = of_every_request(message["headers"])
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
        await self._send(message)

    def answer(self) -> _Answer | None:
        """Return it, if it is one for all."""
        if self._headers is None or self.route is None:
            return None
        return _Answer(self.route, self._headers, self._body)


class Doorway:
    """An ASGI application before another one."""

    def __init__(self, app: Quart, inner: App) -> None:
        self._app, self._inner = app, inner
        self._answers: dict[tuple[str, bytes], _Answer] = {}
        self._locks: dict[str, _Lock] = {}
        for rule in app.url_map.iter_rules():
            lock = _lock_of(app.view_functions[rule.endpoint])
            if lock is not None:
                self._locks[rule.rule] = lock

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        lock = None
        if scope["type"] == "http" and scope["method"] == "POST":
            lock = self._locks.get(scope["path"])
        plain = None if lock is None else _plain(scope, lock.header)
        if lock is None or plain is None:
            await self._inner(scope, receive, send)
            return
        started = time.perf_counter()
        host, signature = plain
        answer = self._answers.get((scope["path"], host))
        if answer is None:
            await self._learn(host, scope, receive, send)
            return
        incoming = _Incoming(receive)
        body = await incoming.whole()
        work = body and lock.opens(kit_of(self._app), body, signature)
        if not work or not await self._done(work, answer, scope, send, started):
            await self._inner(scope, incoming.again, send)

    async def _done(
        self,
        work: Work,
        answer: _Answer,
        scope: Scope,
        send: Send,
        started: float,
    ) -> bool:
        """Do what is asked for and say so; False where the application is to answer: also where
        the work failed, which the application raises again (`raise_failure`).
        """
        client = (scope.get("client") or ("",))[0]
        counted = await outside.admitted(answer.route, network_of(client))
        if counted is None:
            return False
        request_id = outside.new_request_id()
        origin.begin(origin.RequestOrigin(address=client, request_id=request_id))
        cause.begin(NOBODY.label)
        locales.speak(locales.SOURCE)
        try:
            await shielded_in(self._app, work())
        except Exception as problem:
            scope[_FAILED] = problem
            return False
        outside.told(
            answer.route,
            request_id=request_id,
            method="POST",
            status=200,
            started=started,
        )
        headers = [
            *answer.headers,
            *counted,
            (b"x-request-id", request_id.encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})
        return True

    async def _learn(
        self,
        host: bytes,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Have the application answer, and know what it says from then on."""
        scope[_LEARNING] = learning = _Learning(send)
        await self._inner(scope, receive, learning)
        answer = learning.answer()
        if answer is not None and len(self._answers) < _MOST_ANSWERS:
            self._answers[scope["path"], host] = answer


class _Incoming:
    """A body that is read here, and may be read again by the application."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []

    async def whole(self) -> bytes:
        """Return it; nothing if it does not come as a whole, in time and in size."""
        first = await self._next()
        if not first.get("more_body", False):
            return cast("bytes", first.get("body", b""))
        try:
            async with asyncio.timeout(_SECONDS):
                while (await self._next()).get("more_body", False):
                    if self._size() > MAX_BODY:
                        return b""
        except TimeoutError:
            return b""
        return b"".join(message.get("body", b"") for message in self._messages)

    async def again(self) -> Message:
        """Receive the same messages, then what comes after them."""
        return self._messages.pop(0) if self._messages else await self._receive()

    async def _next(self) -> Message:
        message = await self._receive()
        self._messages.append(message)
        return message

    def _size(self) -> int:
        bodies = (message.get("body", b"") for message in self._messages)
        return sum(map(len, bodies))


def _lock_of(view: object) -> _Lock | None:
    return getattr(view, "market_door", None)


def _plain(
    scope: Scope,
    header: bytes,
) -> tuple[bytes, str] | None:
    """The host and the signature of a request that a machine sends; None for any other."""
    if scope.get("root_path") or scope["query_string"]:
        return None
    wanted: dict[bytes, bytes | None] = {
        b"host": None,
        b"content-length": None,
        header: None,
    }
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value) + _BETWEEN
        if name in _NOT_HERE or wanted.get(name) is not None:  # none of ours, or twice
            return None
        if name in wanted:
            wanted[name] = value
    host, length, signature = wanted.values()
    if host is None or length is None or signature is None:
        return None
    if size > MAX_HEADER_BYTES or len(scope["headers"]) > MAX_HEADERS:
        return None
    if not length.isdigit() or int(length) > MAX_BODY:
        return None
    return host, signature.decode("latin1")


async def _note_route(response: Response) -> Response:
    """After each request: how its route is counted, for the answers that are given here."""
    learning = cast("Any", request.scope).get(_LEARNING)
    if learning is not None and _lock_of(current_view()) is not None:
        learning.route = await current_app.extensions["market_gate"].route_here()
    return response


def register(app: Quart) -> None:
    """Put it before `app`."""
    app.after_request(_note_route)
    doorway: Any = Doorway(app, app.asgi_app)
    app.asgi_app = doorway  # type: ignore[method-assign]
