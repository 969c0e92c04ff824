"""What tests of the storefront share: reading pages, walking to payment, counting queries."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from quart.typing import TestClientProtocol

from shared.infra import unit
from shared.infra.unit import Transaction

ADDRESS = {
    "email": "ada@example.test",
    "full_name": "Ada Lovelace",
    "address": "12 rue du Marché",
    "address_extra": "",
    "city": "Luxembourg",
    "postal_code": "1728",
    "country": "LU",
}


@contextmanager
def counted(*, alone: bool = False) -> Iterator[list[str]]:
    """The SQL statements that are sent inside the block; `alone`: only those outside of any
    transaction.
    """
    statements: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not (alone and unit.is_open()):
                statements.append(record.getMessage())

    logger, handler = logging.getLogger("tortoise.db_client"), Collect()
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield statements
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
    statements[:] = [
        s for s in statements if re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)", s)
    ]


@contextmanager
def commits() -> Iterator[list[int]]:
    """One entry for each transaction that commits inside the block."""
    done: list[int] = []
    committed = Transaction.committed

    def count(tx: Transaction) -> None:
        done.append(id(tx))
        committed(tx)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "committed", count)
        yield done


def named_shops(html: str) -> list[str]:
    """The shops that a page's checkout form is about."""
    return re.findall(r'<input type="hidden" name="part" value="(\d+)">', html)


class Browser:
    """A browser without JavaScript: follows links and sends the forms it finds, with their
    tokens.
    """

    def __init__(self, client: TestClientProtocol) -> None:
        self.client = client
        self.token = ""

    async def get(
        self,
        path: str,
        headers: dict[str, str] | None = None,
        *,
        status: int = 200,
    ) -> str:
        """The page at `path`; the form token on it is kept."""
        response = await self.client.get(path, headers=headers or {})
        text = str(await response.get_data(as_text=True))
        assert response.status_code == status, (path, response.status_code, text[:2000])
        self._keep(text)
        return text

    async def post(
        self,
        path: str,
        form: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """The answer to a form sent to `path`, with the token of the page before."""
        if not self.token:
            await self.get("/shop/account/login")
        body = {"csrf_token": self.token, **(form or {})}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        response = await self.client.post(
            path,
            data=urlencode(body, doseq=True),
            headers={**kind, **(headers or {})},
        )
        self._keep(str(await response.get_data(as_text=True)))
        return response

    def _keep(self, text: str) -> None:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        if found:
            self.token = unescape(found[1])

    async def add(self, path: str, quantity: int = 1) -> None:
        """Open a product's page and put it into the basket."""
        await self.get(path)
        came_from_here = {"Sec-Fetch-Site": "same-origin"}
        response = await self.post(path, {"quantity": quantity}, came_from_here)
        assert (response.status_code, response.location) == (303, "/shop/basket"), (
            await text_of(response)
        )

    async def send_contact(
        self, path: str = "/shop/checkout", **changes: str | list[str]
    ) -> Any:
        """The answer to the contact form, which names the shops whose things it is about."""
        shops = named_shops(await self.get(path))
        return await self.post("/shop/checkout", {**ADDRESS, "part": shops, **changes})

    async def check_out(
        self, path: str = "/shop/checkout", **changes: str | list[str]
    ) -> str:
        """From the basket to the payment page: its address."""
        response = await self.send_contact(path, **changes)
        assert response.status_code == 303, await text_of(response)
        return str(response.location)


async def text_of(response: Any) -> str:
    """The words of an answer, without tags."""
    html = str(await response.get_data(as_text=True))
    return words(html)


def words(html: str) -> str:
    """What a page says, without tags and with single spaces."""
    return " ".join(
        unescape(
            re.sub(
                r"<(script|style|head)\b.*?</\1>|<[^>]+>", " ", html, flags=re.DOTALL
            )
        ).split()
    )


HTMX = {"HX-Request": "true"}


def htmx(target: str) -> dict[str, str]:
    """The headers htmx 4 sends when it is going to replace the div of that id."""
    return {**HTMX, "HX-Target": f"div#{target}"}
