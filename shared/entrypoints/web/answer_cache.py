"""Answers from memory, given before the application is asked: pages that are the same for every
visitor who sends no cookie of ours (same_for_all.py).

Who has a basket, a name, a chosen language or an API token goes through to the application, and
so does whatever is not plainly the request of such a page. What counts, counts here too: rate
limits, the log, the metrics, every header of the answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias
from urllib.parse import parse_qsl

from quart import Quart, Response, current_app

from shared.core import locales
from shared.core.networks import network_of
from shared.core.settings import Settings
from shared.entrypoints.web import (
    compression,
    language,
    market,
    outside,
    same_for_all,
)
from shared.entrypoints.web.access import current_view, view_at
from shared.entrypoints.web.bodies import MAX_HEADER_BYTES, MAX_HEADERS
from shared.entrypoints.web.freshness import Freshness
from shared.entrypoints.web.kept_answers import Header, KeptAnswer, KeptAnswers, Key
from shared.entrypoints.web.kit import accepts_json_alone
from shared.entrypoints.web.listener import Listener, Message, Send, made
from shared.entrypoints.web.page_files import PageFiles
from shared.entrypoints.web.same_for_all import Filling

Scope: TypeAlias = Any
Receive: TypeAlias = Callable[[], Awaitable[Message]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

LONGEST_QUERY = 500
_MB = 1024 * 1024
_OURS = b"markethall"  # in the name of each cookie of ours
_BETWEEN = 4  # bytes between a header's name, its value and the next one
# Requests with these are none of a page that is the same for all.
_FOR_THE_APPLICATION = frozenset(
    {b"authorization", b"content-length", b"transfer-encoding", b"expect", b"upgrade"}
)
_HTMX = b"hx-"

log = logging.getLogger("markethall.web")


class AnswerCache:
    """An ASGI application before another one."""

    def __init__(
        self,
        app: Quart,
        inner: App,
        *,
        size: int,
    ) -> None:
        """`size`: bytes that answers may take."""
        self._app, self._inner = app, inner
        self._kept = KeptAnswers(size)
        self._fails = False
        changing = app.config["TEMPLATES_AUTO_RELOAD"]
        self._fresh = Freshness(
            on_everything=lambda: market.forget(app),
            files=PageFiles(app.jinja_env) if changing else None,
        )

    async def __call__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        started = time.perf_counter()
        key = key_of(scope) if scope["type"] == "http" else None
        if key is None:
            await self._inner(scope, receive, send)
            return
        kept = self._kept.get(key)
        if kept is not None and await self._is_good(
            key,
            kept,
        ):
            client = scope.get("client") or ("",)
            counted = await outside.admitted(
                kept.route,
                network_of(client[0]),
            )
            if counted is not None:
                await _answer(kept, counted, scope, send, started)
                return
        elif scope["method"] == "GET" and self._may_keep(key):
            await self._fill(key, scope, receive, send)
            return
        await self._inner(scope, receive, send)

    async def _is_good(
        self,
        key: Key,
        kept: KeptAnswer,
    ) -> bool:
        """Whether an answer is what the application would say; it is given up if not."""
        if not self._fresh.knows() and not await self._asked():
            return False
        good = (
            self._fresh.is_current(kept.seen, kept.vendor_id)
            and time.monotonic() < kept.until
        )
        if not good:
            self._kept.drop(key)
        return good

    async def _asked(self) -> bool:
        """Hear of changes. False where that fails: then the application is asked, as ever."""
        try:
            await self._fresh.ask()
        except Exception:  # whatever it is: no page fails because memory does
            if not self._fails:  # once, not for each page
                log.warning("changes of pages cannot be read", exc_info=True)
            self._fails = True
            return False
        self._fails = False
        return True

    def _may_keep(self, key: Key) -> bool:
        _, _, path, query, _ = key
        view = view_at(self._app, "GET", path)
        known = same_for_all.parameters_of(view)
        if known is None:
            return False
        if len(query) > LONGEST_QUERY:
            return False
        given = parse_qsl(query.decode("latin1"), keep_blank_values=True)
        names = [name for name, _ in given]
        return known.issuperset(names) and len(set(names)) == len(names)

    async def _fill(
        self,
        key: Key,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Have the application answer, and keep what it says if everybody may have it."""
        if not self._fresh.begun and not await self._asked():
            await self._inner(scope, receive, send)
            return
        filling = Filling(self._fresh.seen)
        same_for_all.begin(scope, filling)
        listener = Listener(send, packs=_packs(scope))
        await self._inner(scope, receive, listener)
        if (
            listener.plain is not None
            and filling.is_wanted
            and filling.route is not None
        ):
            self._kept.put(
                key,
                made(listener, filling, filling.route),
            )


def key_of(scope: Scope) -> Key | None:
    """Under what the answer to this request may be kept; None for one that is not kept."""
    if scope["method"] not in ("GET", "HEAD") or scope.get("root_path"):
        return None
    found = {b"host": b"", b"accept": b"", b"accept-language": b""}
    size, seen = 0, set()
    for name, value in scope["headers"]:
        size += len(name) + len(value) + _BETWEEN
        if name == b"cookie":
            if _OURS in value:
                return None
        elif name in found:
            if name in seen:  # twice: which one counts is not for us to say
                return None
            seen.add(name)
            found[name] = value
        elif name in _FOR_THE_APPLICATION or name.startswith(_HTMX):
            return None
    if size > MAX_HEADER_BYTES or len(scope["headers"]) > MAX_HEADERS:
        return None
    if accepts_json_alone(found[b"accept"].decode("latin1")):
        return None
    spoken = language.accepted(
        found[b"accept-language"].decode("latin1"),
    )
    return (
        scope["scheme"],
        found[b"host"],
        scope["path"],
        scope["query_string"],
        spoken or locales.SOURCE,
    )


async def _answer(
    kept: KeptAnswer,
    counted: Iterable[Header],
    scope: Scope,
    send: Send,
    started: float,
) -> None:
    request_id, method = outside.new_request_id(), scope["method"]
    form = kept.packed if _packs(scope) else kept.plain
    unchanged = _has(form.etag, scope["headers"])
    status = 304 if unchanged else 200
    outside.told(
        kept.route,
        request_id=request_id,
        method=method,
        status=status,
        started=started,
    )
    headers = [
        *(form.headers_alone if unchanged else form.headers),
        *counted,
        (b"x-request-id", request_id.encode()),
    ]
    body = b"" if unchanged or method == "HEAD" else form.body
    await send(
        {"type": "http.response.start", "status": status, "headers": headers},
    )
    await send(
        {"type": "http.response.body", "body": body, "more_body": False},
    )


def _packs(scope: Scope) -> bool:
    """Whether who asks takes the answer as gzip."""
    said = [value for name, value in scope["headers"] if name == b"accept-encoding"]
    return bool(said) and compression.accepts(b",".join(said).decode("latin1"))


def _has(
    etag: bytes,
    headers: Iterable[Header],
) -> bool:
    """Whether the browser says that it has this answer (If-None-Match)."""
    for name, value in headers:
        if name == b"if-none-match":
            tags = [tag.strip().removeprefix(b"W/") for tag in value.split(b",")]
            return etag in tags or tags == [b"*"]
    return False


async def _note_route(response: Response) -> Response:
    """After each request: how its route is counted, for the answers that are kept of it."""
    filling = same_for_all.filling()
    if filling is not None and same_for_all.parameters_of(current_view()) is not None:
        gate = current_app.extensions["market_gate"]
        filling.route = await gate.route_here()
    return response


def register(app: Quart, settings: Settings) -> None:
    """Put it before `app`, unless it may keep nothing."""
    size = settings.page_memory_mb * _MB
    if size:
        app.after_request(_note_route)
        cache: Any = AnswerCache(
            app,
            app.asgi_app,
            size=size,
        )
        app.asgi_app = cache  # type: ignore[method-assign]
