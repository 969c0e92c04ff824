"""A person with a browser and no JavaScript: follows nothing by itself, fills in forms with the
token that the page gave.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.trade.people import registration, sessions
from tests.support.factories import make_vendor

if TYPE_CHECKING:
    from quart import Quart

_TOKEN = re.compile(
    r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"'
)


_FORM = re.compile(r'<form[^>]* action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
_OPENED = re.compile(r'name="opened"[^>]*value="([^"]*)"')


def carried(page: str, action: str) -> dict[str, str]:
    """What the form of a page that is sent to `action` carries of what it showed, as the field to
    send; or nothing.
    """
    for where, form in _FORM.findall(page):
        found = _OPENED.search(form)
        if where == action and found:
            return {"opened": html.unescape(found[1])}
    return {}


@dataclass(frozen=True)
class Answer:
    """What came back, already read."""

    status: int
    headers: Any
    text: str

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))


class Visitor:
    """One cookie jar. `send` first opens the page, takes its token, then posts."""

    def __init__(self, app: Quart) -> None:
        self.app = app
        self.client = app.test_client()

    async def get(self, path: str, **kwargs: Any) -> Answer:
        return await self.request("GET", path, **kwargs)

    async def request(self, method: str, path: str, **kwargs: Any) -> Answer:
        response = await self.client.open(path, method=method, **kwargs)
        raw = bytes(await response.get_data(as_text=False))
        return Answer(
            response.status_code, response.headers, raw.decode("utf-8", "replace")
        )

    async def token(self, page: str) -> str:
        """The form token that this browser is given on `page`."""
        found = _TOKEN.search((await self.get(page)).text)
        assert found, f"no form on {page}"
        return found[1] or found[2]

    async def send(
        self,
        path: str,
        *,
        page: str | None = None,
        headers: Any = None,
        **fields: str,
    ) -> Answer:
        """Post `fields` to `path`, with the token found on `page` (by default the same address) and
        what its form showed.
        """
        shown = (await self.get(page or path)).text
        found = _TOKEN.search(shown)
        fields = {**carried(shown, path), **fields}
        if found:
            fields = {"csrf_token": found[1] or found[2], **fields}
        else:  # a page that is the same for all: the browser says where it stands
            headers = {"Sec-Fetch-Site": "same-origin", **(headers or {})}
        return await self.request("POST", path, form=fields, headers=headers)

    async def sign_up(
        self, email: str = "olive@shop.test", password: str = "a-long-password"
    ) -> Answer:
        """Open a shop and be signed in as its owner."""
        return await self.send(
            "/vendor/signup",
            business_name="Olive & Co",
            country="LU",
            full_name="Olive Owner",
            email=email,
            password=password,
        )

    async def sign_in(
        self, email: str, password: str, *, at: str = "/vendor/login"
    ) -> Answer:
        return await self.send(at, email=email, password=password)

    def cookies(self, response: Answer) -> list[str]:
        """The Set-Cookie lines of an answer."""
        return [str(line) for line in response.headers.getlist("Set-Cookie")]


async def sign_in_as(who: Visitor, role: str) -> None:
    """Carry the session of a new `owner`, `operator` or `customer`, without a page."""
    email, password = f"{role}@x.test", "a-long-password"
    if role == "customer":
        await registration.create_customer(
            email=email, password=password, full_name="S", confirmed=True
        )
    else:
        vendor = (await make_vendor()).id if role == "owner" else None
        await registration.create_member(
            email=email,
            password=password,
            full_name="O",
            role=role,
            vendor_id=vendor,
            confirmed=True,
        )
    kind = "customer" if role == "customer" else "member"
    token = await sessions.sign_in(
        email=email, password=password, kind=kind, user_agent=""
    )
    async with who.client.session_transaction() as carried:
        carried["sid" if kind == "member" else "shopper_sid"] = token
