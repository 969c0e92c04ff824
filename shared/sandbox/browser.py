"""What a shopper's browser loads: the Stripe.js stand-in, and the frame in which card data
stays.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from quart import Blueprint, Response

if TYPE_CHECKING:
    from shared.sandbox.app import Standin

_ASSETS = Path(__file__).parent / "assets"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
}
_FRAME_CSP = (  # fonts come from where the page says
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src http: "
    "https:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors *"
)

# Address -> the files that it is made of, in order; nothing else can be asked for. A page needs one
# script tag alone, so the parts of a script are joined into one function here: each part sees what
# stands before it, and nothing leaks out.
_SERVED: dict[str, tuple[str, ...]] = {
    "stripe.js": (
        "wire.js",
        "page/base.js",
        "page/challenge.js",
        "page/element.js",
        "page/fonts.js",
        "page/elements.js",
        "page/stripe.js",
    ),
    "elements/payment": ("payment.html",),
    "elements/payment.js": (
        "wire.js",
        "frame/post.js",
        "frame/words.js",
        "frame/look.js",
        "frame/card.js",
        "frame/choices.js",
        "frame/payment.js",
    ),
    "elements/payment.css": ("payment.css",),
    "hosted.css": ("hosted.css",),
    "control.css": ("control.css",),
    "control.js": ("control.js",),
    "challenge.js": ("challenge.js",),
}


@cache
def _file(address: str) -> bytes:
    paths = [_ASSETS / name for name in _SERVED[address]]
    parts = [path.read_text("utf-8") for path in paths]
    if len(parts) == 1:
        return parts[0].encode()
    return "".join(["(() => {\n'use strict';\n", *parts, "})();\n"]).encode()


def blueprint(standin: Standin) -> Blueprint:
    """Static files, each from a fixed list."""
    js = Blueprint("browser", __name__, url_prefix="/js")

    @js.get("/<path:name>")
    async def asset(name: str) -> Response:
        parts = _SERVED.get(name)
        if parts is None:
            return Response("Not found", 404, {"Content-Type": "text/plain"})
        kind = Path(parts[0]).suffix
        headers = {
            "Content-Type": _TYPES[kind],
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Referrer-Policy": "no-referrer",
        }
        if kind == ".html":
            headers["Content-Security-Policy"] = _FRAME_CSP
        return Response(_file(name), 200, headers)

    return js
