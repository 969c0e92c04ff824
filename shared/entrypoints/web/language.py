"""The visitor's language: what was chosen here, else the best of what the browser asks for, else
English.

The choice is kept in the signed cookie, and with the account of a shopper who is signed in
(shared/trade/people/languages.py). The API follows no language; the portal speaks English until its
words are in the catalogues.
"""

from __future__ import annotations

from functools import lru_cache

from quart import Quart, Response, request, session
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from shared.core import locales
from shared.entrypoints.web import areas
from shared.entrypoints.web.kit import vary_by

_CHOSEN = "language"  # of the signed cookie


def chosen() -> str | None:
    """What was chosen in this browser, if anything was."""
    kept = session.get(_CHOSEN)
    return locales.known(kept) if isinstance(kept, str) else None


def remember(language: str) -> bool:
    """Speak `language` in this browser from now on; False for one that we do not speak, which
    changes nothing.
    """
    if locales.known(language) != language:
        return False
    session[_CHOSEN] = language
    session.permanent = True
    return True


def negotiated() -> str:
    """The language of this request."""
    if areas.is_english(request.path):
        return locales.SOURCE
    return chosen() or _accepted() or locales.SOURCE


def _accepted() -> str | None:
    return accepted(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=256)
def accepted(header: str) -> str | None:
    """What a browser likes best of what we speak: `de-AT, en;q=0.8` is German.

    Werkzeug's `best_match` would say English there: it prefers an exact tag of any quality.
    """
    likes = parse_accept_header(header, LanguageAccept)
    liked = (locales.known(tag) for tag, quality in likes if quality)
    return next(filter(None, liked), None)


async def load() -> None:
    """Before each request, and before anything that may answer it in words."""
    locales.speak(negotiated())


async def name_it(response: Response) -> Response:
    """After each request: which language a page is in, and that another browser may get another."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Language", locales.current())
        vary_by(response, "Accept-Language", "Cookie")
    return response


def register(app: Quart) -> None:
    """Have `app` speak the visitor's language."""
    app.before_request(load)
    app.after_request(name_it)
