"""One API request and the reply to it, without HTTP: what came, who asks, what goes back."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from shared.sandbox import errors
from shared.sandbox.store import Json
from shared.sandbox.world import World, home_of, platform_of


@dataclass(frozen=True)
class Request:
    """What came over the wire."""

    method: str
    path: str
    params: Json
    headers: dict[str, str]  # lower-case names


@dataclass
class Reply:
    """What goes back."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    content: tuple[bytes, str] | None = (
        None  # a file's, with its type, in place of the body
    )


@dataclass(frozen=True)
class Caller:
    """Who asks, and on which account."""

    key: str
    platform: str
    scope: str
    publishable: bool


def caller_of(world: World, request: Request) -> Caller:
    """The key and account of a request, or 401 or 403 (stripe-facts 3.12)."""
    key = _key(request)
    publishable = key.startswith("pk_test_")
    if not key.startswith(("sk_test_", "pk_test_")) or len(key) <= 8:
        raise errors.bad_key(key)
    platform = platform_of(key)
    home = home_of(platform)
    account = request.headers.get("stripe-account") or home
    if account != home and not world.store.find(
        platform, account, scope=home, object="account"
    ):
        raise errors.foreign_account(key, account)
    return Caller(key, platform, account, publishable)


def _key(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(value, validate=True).decode()
            value, _, _ = pair.partition(":")
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    key = value.strip() or request.params.get("key", "")
    if not isinstance(key, str) or not key:
        raise errors.no_key()
    return key
