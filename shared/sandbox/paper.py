"""How the stand-in's own pages are made: templates, and the headers that keep each page where it
belongs.
"""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from quart import Response

from shared.sandbox import money

_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; base-uri "
    "'none'; frame-ancestors {}"
)


@cache
def _pages() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "pages")
    pages = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters["day"] = lambda seconds: (
        f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%d %b %Y, %H:%M:%S}"
    )
    pages.filters["short"] = lambda seconds: (
        f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%d %b, %H:%M:%S}"
    )
    pages.filters["iso"] = lambda seconds: (
        f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"
    )
    pages.filters["date"] = lambda seconds: (
        f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%-d %b %Y}"
    )
    pages.filters["when"] = lambda seconds: (
        f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%-d %b}"
    )
    # a minus sign as wide as a plus, that no line breaks after
    pages.filters["money"] = lambda amount, currency: (
        f"{money.decimal(amount, currency)} {currency.upper()}".replace(
            "-", "\N{MINUS SIGN}"
        )
    )
    pages.filters["moment"] = lambda seconds: (
        f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
    )
    return pages


def show(
    template: str,
    *,
    status: int = 200,
    framed: bool = False,
    live: bool = False,
    **values: Any,
) -> Response:
    """A page with the headers that keep it where it belongs; only the challenge may be framed by
    others, only a live one asks again.
    """
    text = _pages().get_template(template).render(values)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _CSP.format("*" if framed else "'none'")
        + ("; connect-src 'self'" if live else ""),
    }
    return Response(text, status, headers)


def go(url: str) -> Response:
    """On to another page, with GET."""
    address = quote(
        url, safe="%/:=&?~#+!$,;'@()*[]"
    )  # a header holds nothing but ASCII
    return Response("", 303, {"Location": address, "Cache-Control": "no-store"})


def gone(what: str) -> Response:
    """An address that leads nowhere, or no longer."""
    return show("gone.html", status=404, what=what)
