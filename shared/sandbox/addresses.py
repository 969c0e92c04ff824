"""Web addresses that callers give: looked at when they come in, for they end up in headers and
requests.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from shared.sandbox import errors

_WEB = ("http", "https")
_CODE = ("about", "blob", "data", "file", "javascript", "vbscript")


def check(
    url: Any,
    param: str,
    *,
    apps: bool = False,
) -> None:
    """Refuse what is no whole address; with `apps` it may be a mobile application's (stripe-facts
    3.15).
    """
    try:
        parts = urlsplit(str(url))
        host = parts.hostname
    except ValueError:
        raise errors.bad_url(param) from None
    on_web = parts.scheme in _WEB
    of_app = apps and parts.scheme and parts.scheme not in _CODE
    if not _is_plain(str(url)) or not (on_web or of_app) or (on_web and not host):
        raise errors.bad_url(param)


def _is_plain(text: str) -> bool:
    return text.isprintable() and not any(map(str.isspace, text))
