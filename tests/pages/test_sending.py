"""How an answer is made of what a view returns, and how long the server may take to take it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from quart import Blueprint, Quart, Response, request

from shared.core.settings import Settings
from shared.entrypoints.web import connection
from shared.entrypoints.web.access import public, unsigned_post
from tests.support.probe import small_app

SCOPE: dict[str, Any] = {
    "type": "http",
    "asgi": {},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"host", b"localhost")],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 80),
}


def _patient() -> Blueprint:
    views = Blueprint("patient", __name__)

    @views.get("/patient/<float:seconds>")
    @public
    async def patient(seconds: float) -> Response:
        response = Response("slow")
        response.timeout = seconds
        return response

    @views.get("/threaded")
    @public
    def threaded() -> str:
        return threading.current_thread().name

    @views.route("/read", methods=["GET", "POST"])
    @public
    @unsigned_post("a test")
    async def read() -> str:
        return f"{await request.form} {await request.get_data()!r}"

    return views


@pytest.fixture
def app(settings: Settings) -> Quart:
    return small_app(settings, _patient())


async def _sent(app: Quart, path: str, *, takes: float) -> list[dict[str, Any]]:
    """What a server hears that takes so many seconds for each message."""
    heard: list[dict[str, Any]] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not asked:
            await asyncio.Event().wait()
        return asked.pop()

    async def send(message: dict[str, Any]) -> None:
        await asyncio.sleep(takes)
        heard.append(message)

    await app(SCOPE | {"path": path, "raw_path": path.encode()}, receive, send)  # type: ignore[arg-type]
    return heard


async def test_a_server_that_takes_nothing_is_waited_for_no_longer_than_that(
    app: Quart, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it is sent to one that takes it; an answer may say how long for itself."""
    whole = await _sent(app, "/count", takes=0)
    assert whole[0]["type"] == "http.response.start"
    assert not whole[-1]["more_body"]
    monkeypatch.setattr(connection, "SENDING", 0.05)
    assert await _sent(app, "/count", takes=5) == []
    assert len(await _sent(app, "/patient/30.0", takes=0.1)) == len(whole)
    monkeypatch.undo()
    assert await _sent(app, "/patient/0.05", takes=5) == []


async def test_a_plain_function_keeps_nobody_waiting(app: Quart) -> None:
    """It is run in a thread of its own, as Quart does; ours are all coroutines."""
    sent = await _sent(app, "/threaded", takes=0)
    told = b"".join(each.get("body", b"") for each in sent)
    assert told.decode() != threading.current_thread().name


async def test_a_form_is_read_of_what_is_sent_and_of_nothing_that_asks_for_a_page(
    app: Quart,
) -> None:
    """Whether it is here at once or comes in pieces, and once it was read."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    client = app.test_client()
    for method, told in (("POST", "[('a', '1'), ('b', '2')]"), ("GET", "[]")):
        for waits in (0.0, 0.05):
            asked = client.request("/read", method=method, headers=headers)
            async with asked as connected:
                await connected.send(b"a=1&")
                await asyncio.sleep(waits)
                await connected.send(b"b=2")
                await connected.send_complete()
            answer = await connected.as_response()
            said = await answer.get_data(as_text=True)
            assert said == f"ImmutableMultiDict({told}) b'a=1&b=2'", (method, waits)
