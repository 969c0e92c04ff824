"""Our own files below static/: kept by browsers, and sent as gzip to those that take it."""

from __future__ import annotations

import asyncio
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from quart import Quart, Response, redirect, request, send_from_directory
from werkzeug.exceptions import NotFound

from shared.entrypoints.web import access, compression, limits, pages

YEAR, WEEK = 365 * 86400, 7 * 86400
_MOST = 256  # files that stay in memory compressed
_LONGEST_NAME = 300


def register(app: Quart) -> None:
    """Serve what is below static/, and the icon that browsers ask for."""

    @app.get(f"{pages.STATIC_AT}/<path:filename>", endpoint="static")
    @access.public
    @limits.limit_instead("6000/minute")
    async def static(filename: str) -> Response:
        """A file below static/: for a year when the address carries the hash of what is there, else
        asked again each time.
        """
        if "\0" in filename or len(filename) > _LONGEST_NAME:
            raise NotFound
        current = pages.is_current(filename, request.args.get("v", ""))
        response = await send_from_directory(pages.STATIC, filename)
        kept = f"public, max-age={YEAR}, immutable" if current else "public, no-cache"
        is_font = filename.endswith(pages.FONT)
        response.headers["Cache-Control"] = (
            f"public, max-age={WEEK}" if is_font else kept
        )
        if is_font:  # Stripe's frame, of another origin, is set in it
            response.headers["Access-Control-Allow-Origin"] = "*"
        path = pages.STATIC / filename
        found = await asyncio.to_thread(path.stat)
        is_packed = await _pack(response, path, found)
        await response.make_conditional(
            request, accept_ranges=not is_packed, complete_length=found.st_size
        )
        return response

    @app.get("/favicon.ico")
    @access.public
    async def favicon() -> Any:
        """Browsers ask for it unasked."""
        return redirect(pages.static_url("img/favicon.svg"), 301)


async def _pack(
    response: Response,
    path: Path,
    found: os.stat_result,
) -> bool:
    """Make gzip of a whole file, where that is smaller and the browser takes it; tell whether."""
    if not compression.gains(response.content_type or "", found.st_size):
        return False
    response.vary.add("Accept-Encoding")
    takes = compression.accepts(request.headers.get("Accept-Encoding", ""))
    if not takes or request.range:
        return False
    packed = await asyncio.to_thread(_compressed, path, found.st_mtime_ns)
    response.set_data(packed)
    response.headers["Content-Encoding"] = compression.GZIP
    etag, _ = response.get_etag()
    response.set_etag(f"{etag}-{compression.GZIP}")
    return True


@lru_cache(maxsize=_MOST)
def _compressed(path: Path, _changed: int) -> bytes:
    return compression.compressed(path.read_bytes())
