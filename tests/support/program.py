"""A caller of the JSON API: no cookies that it did not make, no pages, only JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quart import Quart


@dataclass(frozen=True)
class Reply:
    status: int
    body: dict[str, Any]

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])


class Program:
    """A caller without a browser."""

    def __init__(self, app: Quart, token: str | None = None) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Any = None,
        **kwargs: Any,
    ) -> Reply:
        response = await self.client.open(
            path, method=method, headers={**self.headers, **(headers or {})}, **kwargs
        )
        return Reply(response.status_code, json.loads(await response.get_data()))
