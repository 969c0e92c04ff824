"""Passkeys: for whom they are made, and what goes back and forth.

What the library does with it is ceremonies.py's.
"""

from __future__ import annotations

import ipaddress
import json
from urllib.parse import urlsplit

from shared.core.frozen import frozen
from shared.trade.people.factors.errors import PasskeyRefused

MAX_ANSWER = 20_000  # characters; an answer is a few hundred to a few thousand


@frozen
class Site:
    """For whom passkeys are made: `id` is a host name, `origin` the whole address that browsers
    see.
    """

    id: str
    origin: str


@frozen
class Question:
    """What a page hands to the browser (JSON), and the challenge that must come back in the answer
    (base64url).
    """

    options: str
    challenge: str


@frozen
class Made:
    """A new passkey: its id and public key in base64url, and its counter."""

    credential_id: str
    public_key: str
    counter: int


def site_of(public_url: str) -> Site | None:
    """Where passkeys work: at an address with a host name (`localhost` counts).

    Browsers make none for a bare number.
    """
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    secure = (
        parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
    )
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return (
            Site(host, f"{parts.scheme}://{parts.netloc}") if host and secure else None
        )
    return None


def credential_of(answer: str) -> str:
    """Which passkey an answer names. Raises PasskeyRefused."""
    return str(read(answer).get("id", ""))


def read(answer: str) -> dict[str, object]:
    """A browser's answer. Raises PasskeyRefused when it is none."""
    if len(answer) > MAX_ANSWER:
        raise PasskeyRefused
    try:
        found = json.loads(answer)
    except ValueError:
        raise PasskeyRefused from None
    if not isinstance(found, dict):
        raise PasskeyRefused
    return found
