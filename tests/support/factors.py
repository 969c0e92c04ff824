"""An authenticator app and a security key, as tests hold them."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pyotp

from shared.core import clock

if TYPE_CHECKING:
    from tests.support.visitor import Answer, Visitor

FACTORS, STEP = "/vendor/factors", "/vendor/login/step"


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many steps from now."""
    step = int(clock.now().timestamp()) // 30
    return pyotp.TOTP(secret).generate_otp(step + steps)


async def add_app(
    who: Visitor, *, address: str = f"{FACTORS}/app"
) -> tuple[str, list[str], Answer]:
    """Set up an authenticator app through its pages: the secret, the recovery codes, and the page
    that shows them.
    """
    page = await who.get(address)
    secret = re.search(r'secret-text">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")  # type: ignore[index]
    sealed = re.search(r'name="sealed"[^>]*value="([^"]+)"', page.text)[1]  # type: ignore[index]
    fields = {"sealed": unescape(sealed), "name": "My phone", "code": code_of(secret)}
    added = await who.send(address, page=address, **fields)
    return secret, re.findall(r"<code>([A-Z2-9-]{29})</code>", added.text), added
