"""Pages and their fragments: one template each, rendered whole or one block of it; redirects,
flashes, and what templates know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from jinja2 import StrictUndefined
from jinja2_fragments import render_block
from quart import (
    Quart,
    Response,
    current_app,
    g,
    redirect,
    request,
    session,
)

from shared.core import formats, words
from shared.core.markup import spans
from shared.entrypoints.web import areas, declines, filters, links, templating
from shared.entrypoints.web.forms import csrf_token
from shared.entrypoints.web.identity import customer, member_or_none
from shared.entrypoints.web.kit import is_htmx, kit
from shared.entrypoints.web.market import market
from shared.entrypoints.web.order_links import link_of
from shared.entrypoints.web.paging import told
from shared.entrypoints.web.pictures import picture_address, sources
from shared.trade.baskets.queries import count_items
from shared.trade.people.rules import shown_email
from shared.trade.pictures.rules import FOLDER

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES, STATIC = ROOT / "templates", ROOT / "static"
CATEGORIES = ("ok", "info", "warn", "error")
MAX_FLASHES = 5
FONT = ".woff2"
STATIC_AT = "/static"
WITH_BASKET = "layouts/storefront.html"  # says how many things are in it


async def page(
    template: str,
    *,
    fragments: Mapping[str, str] | None = None,
    status: int = 200,
    stripe: bool = False,
    **context: Any,
) -> Response:
    """Answer with `template`, or with the block that `fragments` names for the element htmx is
    going to replace.

    `fragments` maps target id -> block name; the browser never names a block itself. `stripe=True`
    lets Stripe.js run on this page (CSP), gives the template `stripe_js`,
    `stripe_publishable_key` and `decline_reasons`, and keeps the page out of caches.
    """
    g.stripe_page = stripe
    env = current_app.jinja_env
    templating.load_components(env, TEMPLATES)
    block = fragments.get(_target()) if fragments and is_htmx() else None
    shared = await _shared_context(fragment=block is not None, stripe=stripe)
    if block is None and templating.extends(env, template, WITH_BASKET):
        shared["basket_count"] = await _basket_count()
    context = {**shared, **context}
    if block is not None:
        html = render_block(env, template, block, **context)
    else:
        html = env.get_template(template).render(context)
    return Response(html, status)


def _target() -> str:
    """The id htmx will swap into; htmx 4 sends `tag#id`."""
    return request.headers.get("HX-Target", "").rpartition("#")[2]


def see_other(
    url: str,
    flash: tuple[str, str] | None = None,
) -> Response:
    """Send the browser to `url` with a fresh GET after a POST; htmx is told to load the whole page.

    `flash`: (category, text).
    """
    if flash is not None:
        add_flash(*flash)
    if is_htmx():
        return Response("", 200, headers={"HX-Redirect": url})
    return cast("Response", redirect(url, 303))


def add_flash(category: str, text: str) -> None:
    """Say `text` on the next whole page. Categories: ok, info, warn, error."""
    if category not in CATEGORIES:
        raise ValueError(f"flash {category!r} is none of {CATEGORIES}")
    session["flashes"] = [
        *session.get("flashes", []),
        [category, text[:500]],
    ][-MAX_FLASHES:]


flash = add_flash


class _Flashes:
    """What is to be said on this page.

    Looking takes it out of the session, so a page that shows none keeps it for the next.
    """

    def __init__(self) -> None:
        self._taken: list[tuple[str, str]] | None = None

    def _take(self) -> list[tuple[str, str]]:
        if self._taken is None:
            self._taken = [(c, t) for c, t in session.get("flashes", [])]
            if self._taken:
                session.pop("flashes", None)
        return self._taken

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._take())

    def __len__(self) -> int:
        return len(self._take())


async def _shared_context(
    *,
    fragment: bool,
    stripe: bool,
) -> dict[str, Any]:
    settings = kit().settings
    context: dict[str, Any] = {
        "current_member": member_or_none(),
        "current_shopper": customer(),
        "flashes": [] if fragment else _Flashes(),
        "nav_active": "",
        "test_mode": settings.test_mode,
        "market": await market(),
    }
    if stripe:
        context |= {
            "decline_reasons": declines.spoken(),
            "stripe_js": settings.stripe.js_url,
            "stripe_publishable_key": settings.stripe.publishable_key,
        }
    return context


async def _basket_count() -> int:
    """How many things are in the basket: one small query, only for a browser that has one, and not
    in the portal.
    """
    token = session.get("basket")
    if (
        g.get("without_database")
        or not isinstance(token, str)
        or areas.is_english(request.path)
    ):
        return 0
    return await count_items(token)


def static_url(path: str) -> str:
    """The address of a file below static/, with a hash of its content, so browsers may keep it for
    a year; or of an uploaded picture.

    Fonts have none: stylesheets name them without, and a preload under another address would fetch
    them twice.
    """
    if path.startswith(FOLDER):
        return picture_address(path)
    if path.endswith(FONT):
        return f"{STATIC_AT}/{path}"
    try:
        version = _version(path, (STATIC / path).stat().st_mtime_ns)
    except (OSError, ValueError):
        return f"{STATIC_AT}/{path}"
    return f"{STATIC_AT}/{path}?v={version}"


@lru_cache(maxsize=2048)
def _version(path: str, _changed: int) -> str:
    return hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]


def is_current(path: str, version: str) -> bool:
    """Whether `version` is the hash of the file as it is now."""
    return static_url(path).endswith(f"?v={version}") if version else False


def prepare(app: Quart) -> None:
    """Set up Jinja for `app`: strict, trimmed, with our filters and globals."""
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n"],
    }
    reloads = kit_settings(app).reload_pages
    app.config["TEMPLATES_AUTO_RELOAD"] = reloads
    env = app.jinja_env
    env.filters.update(
        money=filters.money,
        order_link=link_of,
        moment=filters.moment,
        day=filters.day,
        percent=filters.percent,
        vat_lines=filters.vat_lines,
        vat_place=filters.vat_place,
        own_email=shown_email,
        country=filters.country,
        number=filters.number,
        counted=filters.counted,
        told=told,
        time_left=filters.time_left,
        begun_small=formats.begun_small,
    )
    templating.teach(env)
    env.globals.update(word=words.word, words=words.words)
    links.register(app)
    address = static_url if reloads else lru_cache(maxsize=2048)(static_url)
    env.globals.update(
        static_url=address, csrf_token=csrf_token, sources=sources, spans=spans
    )


def kit_settings(app: Quart) -> Any:
    """The settings of `app`."""
    return app.extensions["markethall"].settings
