"""Whom a request may say that it is for: the marketplace's own host names, and no others.

A page made for another name would carry it on: into links, into caches, and into what a browser
believes to be one site.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

import idna
from quart import request

from shared.core.settings import Settings
from shared.entrypoints.web.access import current_view

F = TypeVar("F", bound=Callable[..., Any])


def any_host(view: F) -> F:
    """Let a route answer whatever it is called by: load balancers ask for health by a machine's
    address.
    """
    view.market_any_host = True  # type: ignore[attr-defined]
    return view


@lru_cache(maxsize=1024)
def name_of(host: str) -> str:
    """The name in a Host header or a setting, as the net writes it: no port, no brackets, lower
    case, no dot at the end.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        return name if name.isascii() else idna.encode(name, uts46=True).decode()
    except ValueError:  # of which IDNAError is one
        return ""


def allowed_hosts(settings: Settings) -> frozenset[str]:
    """The names that requests may be for: the public address, what the setting adds, and in
    development this machine's own.
    """
    names = [urlsplit(settings.public_url).netloc, *settings.allowed_hosts]
    if not settings.production:
        names += ["localhost", "127.0.0.1", "[::1]"]
    return frozenset(filter(None, map(name_of, names)))


class Hosts:
    """The names of one application."""

    def __init__(self, settings: Settings) -> None:
        self._names = allowed_hosts(settings)
        # A phone that looks at a shop on the developer's machine.
        self._takes_addresses = not settings.production

    def is_own_host(self) -> bool:
        """Whether the present request may be answered under the name that it came with."""
        if getattr(current_view(), "market_any_host", False):
            return True
        name = name_of(request.host)
        return name in self._names or (self._takes_addresses and _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
