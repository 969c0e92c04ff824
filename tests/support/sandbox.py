"""A Stripe stand-in for tests: on a free loopback port, in a thread with its own event loop,
remembering nothing.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from shared.sandbox.config import EndpointConfig, SandboxConfig
from shared.sandbox.server import at_port, listen, serve

__all__ = ["EndpointConfig", "RunningSandbox"]


class RunningSandbox:
    """`with RunningSandbox() as sandbox:` serves until the block ends; settings are those of
    SandboxConfig.
    """

    def __init__(self, **settings: Any) -> None:
        self._config = replace(
            SandboxConfig(database=":memory:", base_url="", audit=True), **settings
        )
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._failure: BaseException | None = None
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []

    @property
    def base_url(self) -> str:
        """Where it listens, without a trailing slash."""
        return self._config.base_url

    @property
    def config(self) -> SandboxConfig:
        """What it was told."""
        return self._config

    def __enter__(self) -> Self:
        self._doorway = listen("127.0.0.1", 0)
        self._config = at_port(self._config, self._doorway)
        self._thread.start()
        self._ready.wait(10)
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._idle:
            self._idle.pop()[0].close()
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        if self._failure is not None and error is None:
            raise self._failure

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()

        async def stopped() -> None:
            self._ready.set()  # asked for once the server is up
            await self._stop.wait()

        await serve(
            self._config,
            host="",
            port=0,
            shutdown_trigger=stopped,
            doorway=self._doorway,
        )

    def request(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """One plain HTTP request; status and body."""
        connection = self._connection()
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            found = answer.status, answer.read()
        except BaseException:
            connection.close()
            raise
        if body is None:
            self._idle.append((connection, time.monotonic()))
        else:
            connection.close()
        return found

    def _connection(self) -> http.client.HTTPConnection:
        """One that was used a moment ago, or a new one.

        The stand-in closes those that nobody has used for five seconds, and those whose request had
        a body that it did not read.
        """
        while self._idle:
            connection, used = self._idle.pop()
            if time.monotonic() - used < 2:
                return connection
            connection.close()
        where = urlsplit(self.base_url).netloc
        return http.client.HTTPConnection(where, timeout=30)

    def control(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
    ) -> Any:
        """One call of the control API, `path` without `/_control/`; an error status raises with its
        sentence.
        """
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {key}"} if key else {}
        )
        status, raw = self.request(
            method,
            f"/_control/{path.lstrip('/')}",
            json.dumps(body) if body is not None else None,
            headers,
        )
        answer = json.loads(raw)
        if status >= 400:
            raise RuntimeError(f"{method} {path}: {status} {answer['error']}")
        return answer

    def reset(self) -> None:
        """Forget everything but the configuration."""
        self.control("POST", "reset")

    def advance(self, seconds: float) -> None:
        """Move its clock; what falls due happens before this returns."""
        self.control("POST", "clock/advance", {"seconds": seconds})

    def settle(self) -> None:
        """Let what follows a capture happen."""
        self.advance(self._config.settle_delay + 1)

    def faults(self, *rules: dict[str, Any]) -> None:
        """Replace all fault rules."""
        self.control("PUT", "faults", {"rules": list(rules)})

    def fails(self, status: int, path: str = "/v1/") -> None:
        """Answer every call below `path` with this status, until told otherwise."""
        self.faults({"match": {"path": path}, "effect": "status", "status": status})

    def breaks(
        self, path: str, effect: str, *, method: str = "POST", **more: Any
    ) -> None:
        """Let calls below `path` go wrong in this way, and no others."""
        match = {"method": method, "path": path}
        self.faults({"match": match, "effect": effect, **more})

    def events(self, *types: str) -> list[dict[str, Any]]:
        """The event log with deliveries, oldest first; only these types if any are named."""
        return [
            e for e in self.control("GET", "events") if not types or e["type"] in types
        ]

    def requests(self, after: int = 0) -> list[dict[str, Any]]:
        """Requests that the API received."""
        found: list[dict[str, Any]] = self.control("GET", f"requests?after={after}")
        return found

    def complete(self, account: str) -> None:
        """Finish an account's onboarding."""
        self.control("POST", f"accounts/{account}", {"complete": True})

    def idle(self) -> None:
        """Wait until nothing is due any more."""
        self.control("POST", "idle")
