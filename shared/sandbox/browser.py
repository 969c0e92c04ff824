"""What a shopper's browser loads: the Stripe.js stand-in, and the frame in which card data stays."""

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
_FRAME_CSP = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"

# Address -> file; nothing else can be asked for.
_SERVED = {
    "stripe.js": "stripe.js",
    "elements/payment": "payment.html",
    "elements/payment.js": "payment.js",
    "elements/payment.css": "payment.css",
    "hosted.css": "hosted.css",
    "challenge.js": "challenge.js",
}


@cache
def _file(name: str) -> bytes:
    return (_ASSETS / name).read_bytes()


def blueprint(standin: Standin) -> Blueprint:
    """Static files, each from a fixed list."""
    js = Blueprint("browser", __name__, url_prefix="/js")

    @js.get("/<path:name>")
    async def asset(name: str) -> Response:
        file = _SERVED.get(name)
        if file is None:
            return Response("Not found", 404, {"Content-Type": "text/plain"})
        headers = {
            "Content-Type": _TYPES[Path(file).suffix], "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "cross-origin", "Referrer-Policy": "no-referrer",
        }  # fmt: skip
        if file.endswith(".html"):
            headers["Content-Security-Policy"] = _FRAME_CSP
        return Response(_file(file), 200, headers)

    return js
