"""Answers that a caller may have already: each with an etag of what stands in it, so that whoever
has it hears only that it is the same.

Pages from memory have theirs of answer_cache.py; these are made anew each time.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile

from quart import Response, request

_AT_ONCE = 64 * 1024
# What of a long list is held in memory; the rest waits on the disk while it is sent.
_IN_MEMORY = 1024 * 1024


async def with_etag(response: Response) -> Response:
    """This answer, or that it is what the caller has."""
    if response.status_code != 200:
        return response
    body = await response.get_data(as_text=False)
    etag = _etag(hashlib.sha256(body))
    if _is_known(etag):
        return _same(
            etag,
            response.vary.to_header(),
        )
    response.set_etag(etag)
    return response


async def streamed_with_etag(
    pieces: AsyncIterator[str],
    *,
    content_type: str,
) -> Response:
    """A long list as it is read, once its end is known and with it its etag."""
    digest = hashlib.sha256()
    kept = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed when it is sent
    async for piece in pieces:
        data = piece.encode()
        digest.update(data)
        kept.write(data)
    etag = _etag(digest)
    if _is_known(etag):
        kept.close()
        return _same(etag)
    response = Response(
        _sent(kept),
        content_type=content_type,
        headers={"Content-Length": str(kept.tell())},
    )
    response.set_etag(etag)
    return response


async def _sent(kept: SpooledTemporaryFile[bytes]) -> AsyncIterator[bytes]:
    with kept:
        kept.seek(0)
        while data := kept.read(_AT_ONCE):
            yield data


def _etag(digest: hashlib._Hash) -> str:
    return digest.hexdigest()[:32]


def _is_known(etag: str) -> bool:
    return request.if_none_match.contains_weak(etag)


def _same(
    etag: str,
    vary: str = "",
) -> Response:
    response = Response(status=304)
    response.set_etag(etag)
    if vary:
        response.headers["Vary"] = vary
    return response
