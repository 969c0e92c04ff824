"""What a view needs from the application, and small helpers that keep views honest about the
outside world.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from functools import lru_cache
from typing import Any, TypeVar, cast

from quart import Quart, Response, current_app, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Response as AnyResponse

from shared.entrypoints.web import areas
from shared.infra.jobs import Context

T = TypeVar("T")
MAX_PAGE = 10_000
MAX_NEXT = 1000

log = logging.getLogger("markethall.web")


def kit() -> Context:
    """The current application's kit."""
    return kit_of(current_app)


def kit_of(app: Quart) -> Context:
    """The kit of `app` (outside a request)."""
    return cast("Context", app.extensions["markethall"])


async def shielded(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end even when the browser goes away meanwhile.

    Quart cancels a handler whose client disconnects. Requests that may change something (POST, PUT,
    PATCH, DELETE) are shielded as a whole by the factory; a GET that writes, such as the return
    page after a payment, wraps that part itself.
    """
    return await shielded_in(cast("Any", current_app)._get_current_object(), work)


async def shielded_in(
    app: Quart,
    work: Coroutine[Any, Any, T],
) -> T:
    """The same outside of a request."""
    task: asyncio.Task[T] = asyncio.get_running_loop().create_task(work)
    app.background_tasks.add(task)  # a shutdown waits for these
    task.add_done_callback(app.background_tasks.discard)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            task.add_done_callback(_report)
        raise


def _report(task: asyncio.Task[Any]) -> None:
    """Nobody waits for this task any more, so what went wrong in it is only seen here."""
    if not task.cancelled() and (problem := task.exception()) is not None:
        log.error("failed after the client had gone", exc_info=problem)


async def raw_body() -> bytes:
    """The request's body, byte for byte."""
    return cast("bytes", await request.get_data(as_text=False))


def page_number(name: str = "page") -> int:
    """The page that the address asks for: a whole number from 1 on; anything else counts as 1."""
    text = request.args.get(name, "1")
    is_number = text.isascii() and text.isdigit() and len(text) < 9
    number = int(text) if is_number else 1
    return min(max(number, 1), MAX_PAGE)


def is_htmx() -> bool:
    """Whether htmx asks for a part of a page, rather than a browser for the whole of it."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def vary_by(response: Response | AnyResponse, *names: str) -> None:
    """Say that the answer depends on these headers of its request, besides those it names."""
    said = response.headers.get("Vary", "")
    response.headers["Vary"] = _varied(said, names)


@lru_cache(maxsize=256)
def _varied(
    said: str,
    names: tuple[str, ...],
) -> str:
    known = said.lower().replace(" ", "").split(",")
    more = [name for name in names if name.lower() not in known]
    return ", ".join(filter(None, [said, *more]))


def wants_json() -> bool:
    """Whether the caller reads JSON: by address, or because it accepts JSON and not HTML."""
    if areas.is_machines(request.path):
        return True
    return accepts_json_alone(request.headers.get("Accept", ""))


@lru_cache(maxsize=256)
def accepts_json_alone(header: str) -> bool:
    """Whether an Accept header asks for JSON, and not for a page."""
    accept = parse_accept_header(header, MIMEAccept)
    return bool(accept) and not accept.accept_html and accept.accept_json


def safe_next(text: str | None) -> str | None:
    """`text` if it is an address on this site to come back to, else None.

    Only a path counts: `//host`, a backslash and anything with a control character would take some
    browsers elsewhere.
    """
    if (
        not text
        or len(text) > MAX_NEXT
        or not text.startswith("/")
        or text[1:2] in ("/", "\\")
    ):
        return None
    return text if text.isprintable() and "\\" not in text else None
