"""Somebody without JavaScript at the hosted pages: opens, fills in what the page offers, presses
one button.
"""

from __future__ import annotations

import asyncio
import html
import http.client
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit


class _Reader(HTMLParser):
    """Forms of a page: address, fields with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select: str | None = None

    def handle_starttag(
        self,
        tag: str,
        attrs: list[tuple[str, str | None]],
    ) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": given["action"], "fields": {}})
        if not self.forms:
            return
        fields = self.forms[-1]["fields"]
        if tag == "input" and (given.get("type") != "radio" or "checked" in given):
            fields[given["name"]] = given.get("value", "")
        elif tag == "select":
            self._select = given["name"]
        elif (
            tag == "option"
            and self._select
            and (self._select not in fields or "selected" in given)
        ):
            fields[self._select] = given["value"]


class Visitor:
    """A browser that only follows redirects within the stand-in; `url` is where it stands, or was
    sent to.
    """

    def __init__(self, base: str) -> None:
        self.base, self.url, self.status, self.page = base, "", 0, ""

    async def open(self, url: str) -> Visitor:
        """Follow a link."""
        await asyncio.to_thread(self._go, "GET", url, None)
        return self

    async def press(
        self,
        button: str,
        *,
        form: int = 0,
        **typed: str,
    ) -> Visitor:
        """Type, then press a button by the value of its `action`."""
        reader = _Reader()
        reader.feed(self.page)
        found = reader.forms[form]
        body = urlencode({**found["fields"], **typed, "action": button})
        await asyncio.to_thread(
            self._go, "POST", urljoin(self.url, found["action"]), body
        )
        return self

    @property
    def fields(self) -> dict[str, str]:
        """What the first form on the page would send."""
        reader = _Reader()
        reader.feed(self.page)
        return dict(reader.forms[0]["fields"])

    @property
    def step(self) -> str:
        """The page of the form that is open."""
        return self.fields.get("step", "")

    @property
    def text(self) -> str:
        """The page's words."""
        return html.unescape(
            re.sub(
                r"\s+",
                " ",
                re.sub(r"<[^>]+>", " ", self.page),
            )
        )

    def errors(self) -> dict[str, str]:
        """What is said beside the fields."""
        found = re.findall(r'<p class="error" id="([^"]+)-error">(.*?)</p>', self.page)
        return {html.unescape(name): html.unescape(text) for name, text in found}

    def _go(self, method: str, url: str, body: str | None) -> None:
        for _ in range(5):
            parts = urlsplit(url)
            connection = http.client.HTTPConnection(parts.netloc, timeout=30)
            headers = (
                {"Content-Type": "application/x-www-form-urlencoded"}
                if body is not None
                else {}
            )
            connection.request(
                method,
                f"{parts.path}{'?' if parts.query else ''}{parts.query}",
                body,
                headers,
            )
            answer = connection.getresponse()
            self.url, self.status, self.page = (
                url,
                answer.status,
                answer.read().decode(),
            )
            location = answer.headers.get("Location")
            connection.close()
            if location is None:
                return
            method, body, url = "GET", None, urljoin(url, location)
            if not url.startswith(self.base):
                self.url, self.page = url, ""
                return
