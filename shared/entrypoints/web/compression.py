"""Answers that travel compressed: our own files, and pages from memory.

Both say the same to everybody. A page that is made for one person is sent as it is: its size would
tell whoever listens, and can have words of theirs put into it, what else stands there.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

GZIP = "gzip"
_LEAST = 500  # bytes; less than that does not get smaller by enough
_LONGEST = 200  # of the header that is looked at
_LEVEL = 6
_TEXTS = ("text/", "application/json", "application/javascript", "image/svg+xml")


@lru_cache(maxsize=256)
def _accepts(header: str) -> bool:
    return parse_accept_header(header, Accept).quality(GZIP) > 0


def accepts(header: str) -> bool:
    """Tell whether who sends this `Accept-Encoding` takes gzip."""
    return len(header) <= _LONGEST and _accepts(header)


def gains(content_type: str, size: int) -> bool:
    """Tell whether a body of this kind and of `size` bytes is worth compressing."""
    return size >= _LEAST and content_type.startswith(_TEXTS)


def compressed(body: bytes) -> bytes:
    """Return the body as gzip, the same bytes each time."""
    return gzip.compress(body, compresslevel=_LEVEL, mtime=0)
