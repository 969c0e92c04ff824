"""What all control calls share: how they refuse, what they are given, and on which platform they
act.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlsplit

from quart import g, request

from shared.sandbox.store import Json
from shared.sandbox.world import Act, home_of, platform_of

if TYPE_CHECKING:
    from shared.sandbox.app import Standin

# What a call does: it takes the stand-in and the ids in the address, and gives JSON.
View = Callable[..., Awaitable[Any]]
Call = tuple[str, str, View]  # method, address and what it does


class Refused(Exception):
    """A control call that cannot be done, with its status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


async def read_body() -> Json:
    """What the call was given: a JSON object, or nothing."""
    if "control_body" in g:  # a button of the control page
        return dict(g.control_body)
    raw = await request.get_data()
    try:
        given = json.loads(raw, parse_constant=_no_number) if raw else {}
        json.dumps(given, ensure_ascii=False).encode()  # half a character is no text
    except (ValueError, RecursionError):
        raise Refused(400, "The body is not JSON.") from None
    if not isinstance(given, dict):
        raise Refused(400, "The body must be an object.")
    return given


def is_number(value: Any) -> TypeGuard[float]:
    """Whether this is a number, which true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def acting(standin: Standin) -> Act:
    """The platform that the Authorization header names, or the marketplace's own."""
    if "control_act" in g:  # a button of the control page, which shows one platform
        return Act(standin.world, g.control_act.platform, g.control_act.home)
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    named = scheme.lower() == "bearer" and key.startswith(("sk_test_", "pk_test_"))
    platform = platform_of(key) if named else standin.own_platform
    return Act(standin.world, platform, home_of(platform))


def known_host(host: str, base_url: str) -> bool:
    """Whether a request came by a name that is ours: the configured one, an IP address, or one
    without a dot.

    Any other name may have been pointed here by a page that wants to control the stand-in from its
    visitor's browser.
    """
    name = urlsplit(f"//{host}").hostname or ""
    if (
        name == urlsplit(base_url).hostname
        or "." not in name
        or name.endswith(".localhost")
    ):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
