"""A webhook receiver in a thread of its own, so that it answers while a test waits."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import stripe


class Receiver:
    """Keeps what it was sent; answers with `statuses` one after the other, then with 200."""

    def __init__(self, *statuses: int, pause: float = 0) -> None:
        self.statuses = list(statuses)
        self.pause = pause
        self.got: list[tuple[bytes, dict[str, str]]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(
                    (
                        body,
                        {k.lower(): v for k, v in self.headers.items()},
                    )
                )
                time.sleep(receiver.pause)
                status = receiver.statuses.pop(0) if receiver.statuses else 200
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", receiver.url)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where to send."""
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    @property
    def types(self) -> list[str]:
        """The types of what came, in order."""
        return [json.loads(body)["type"] for body, _ in self.got]

    def verified(self, secret: str) -> list[Any]:
        """All events, each checked by the real SDK; one signature that does not fit raises."""
        return [
            stripe.Webhook.construct_event(body, headers["stripe-signature"], secret)
            for body, headers in self.got
        ]

    def __enter__(self) -> Self:
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.02},
            daemon=True,
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
