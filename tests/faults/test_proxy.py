"""The server as proxies and hasty callers meet it: idle connections, requests refused early, who is
counted behind a TLS proxy.
"""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from shared.entrypoints.cli.serve import listen
from shared.entrypoints.cli.serving import server_config
from shared.entrypoints.web import bodies
from tests.support.probe import small_app
from tests.support.served import proxied, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

    from shared.core.settings import Settings
    from tests.support.served import Served

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@asynccontextmanager
async def behind_a_proxy(
    settings: Settings, folder: Path
) -> AsyncIterator[tuple[Served, str]]:
    """The probe behind a TLS proxy that is trusted; where browsers ask."""
    live = settings.with_(trusted_proxies=1, public_url="https://localhost")
    async with (
        served(small_app(live), live) as here,
        proxied(here.port, folder) as port,
    ):
        yield here, f"https://localhost:{port}"


def browser(address: str = "127.0.0.1") -> aiohttp.ClientSession:
    """A browser at this address of the loopback network."""
    connector = aiohttp.TCPConnector(
        ssl=False, local_addr=(address, 0), family=socket.AF_INET
    )
    return aiohttp.ClientSession(
        connector=connector, cookie_jar=aiohttp.CookieJar(unsafe=True)
    )


async def connections_of_two_requests(
    settings: Settings, folder: Path, *, pause: float
) -> int:
    """How many connections the proxy opens to us for two requests with so many seconds between
    them.
    """
    folder.mkdir()
    async with behind_a_proxy(settings, folder) as (here, url), browser() as visitor:
        for seconds in (pause, 0):
            async with visitor.get(f"{url}/count") as answer:
                assert answer.status == 200
            await asyncio.sleep(seconds)
    assert len(here.callers) == 2
    return len(set(here.callers))


class TestIdleConnections:
    async def test_a_proxy_may_use_a_connection_again_after_more_than_the_servers_own_five_seconds(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        """The second request goes over the connection of the first; where one second is set, the
        pause costs a connection.
        """
        assert await asyncio.gather(
            connections_of_two_requests(settings, tmp_path / "kept", pause=5.6),
            connections_of_two_requests(
                settings.with_(keep_alive_seconds=1), tmp_path / "short", pause=2.5
            ),
        ) == [1, 2]

    def test_a_server_waits_longer_than_proxies_do(self, settings: Settings) -> None:
        """60 s is usual there."""
        with listen("127.0.0.1", 0) as listener:
            assert server_config(settings, listener).keep_alive_timeout == 75


class TestThroughAProxy:
    async def test_callers_are_counted_apart_and_nobody_chooses_an_address(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        """Each has its own limit; what a caller writes into X-Forwarded-For is another hop's
        word.
        """
        async with behind_a_proxy(settings, tmp_path) as (_, url):
            for address in ("127.0.0.2", "127.0.0.3"):
                async with browser(address) as visitor:
                    statuses = []
                    for n in range(5):
                        claim = {"X-Forwarded-For": f"192.0.2.{n}"}
                        async with visitor.get(f"{url}/tight", headers=claim) as answer:
                            statuses.append(answer.status)
                assert statuses == [200, 200, 200, 429, 429]

    async def test_a_form_comes_through_and_what_is_too_much_is_refused_cleanly(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        """The proxy's https is ours, so the page's own origin is right; after a refusal the same
        connection serves on.
        """
        async with (
            behind_a_proxy(settings, tmp_path) as (here, url),
            browser() as visitor,
        ):
            text = await (await visitor.get(f"{url}/form")).text()
            token = re.search(r'name="csrf_token" value="([^"]+)"', text)
            assert token
            sent: dict[str, Any] = {
                "name": "Cup",
                "price": "5",
                "many": "1",
                "csrf_token": token[1],
            }
            headers = {"Origin": url}
            done = await visitor.post(
                f"{url}/form", data=sent, headers=headers, allow_redirects=False
            )
            refused = await visitor.post(
                f"{url}/form", data=b"a=1&" * 2000, headers=headers | FORM
            )
            again = await visitor.get(f"{url}/count")
            for answer in (
                done,
                refused,
                again,
            ):  # one that is not read keeps its connection
                await answer.read()

        assert (done.status, refused.status, again.status) == (303, 413, 200)
        assert len(set(here.callers)) == 1


class TestRefusedEarly:
    """What is refused before its body was read leaves no bytes behind that the next request would
    be read from.
    """

    async def test_a_small_body_is_taken_off_and_the_connection_serves_on(
        self, settings: Settings
    ) -> None:
        """Refused by its origin, with the body arriving after its head."""
        async with served(small_app(settings), settings) as here:
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.write(
                _head(
                    "POST", "/form", "Origin: https://evil.example", "Content-Length: 8"
                )
            )
            await asyncio.sleep(0.05)
            writer.write(b"name=Cup" + _head("GET", "/page"))
            first, second = await _answer(reader), await _answer(reader)
            writer.close()

        assert first.startswith("HTTP/1.1 403")
        assert "connection: close" not in first.lower()
        assert second.startswith("HTTP/1.1 200")

    async def test_where_a_message_ends_has_one_reading(
        self, settings: Settings
    ) -> None:
        """Chunks count where a length is told besides (RFC 9112, 6.3); two lengths that differ are
        refused, and the line ends.
        """
        kind = "Content-Type: application/json"
        chunked = (
            _head(
                "POST", "/json", kind, "Content-Length: 4", "Transfer-Encoding: chunked"
            )
            + b"2\r\n{}\r\n0\r\n\r\n"
        )
        differing = (
            _head("POST", "/json", kind, "Content-Length: 2", "Content-Length: 9")
            + b"{}"
        )
        async with served(small_app(settings), settings) as here:
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.write(chunked + _head("GET", "/page"))
            first, second = await _answer(reader), await _answer(reader)
            writer.write(differing + _head("GET", "/page"))
            rest = (await reader.read()).decode()
            writer.close()

        assert (first[:12], second[:12]) == ("HTTP/1.1 200", "HTTP/1.1 200")
        assert rest.startswith("HTTP/1.1 400")
        assert rest.count("HTTP/1.1") == 1

    async def test_a_body_that_does_not_come_ends_the_connection_and_the_answer_says_so(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """For each way to be refused before it was read: origin, no route, a body larger than its
        cap, too many headers.
        """
        monkeypatch.setattr(bodies, "LINGER", 0.05)
        many = [f"X-{n}: 1" for n in range(101)]
        asked = {
            403: _head(
                "POST", "/form", "Origin: https://evil.example", "Content-Length: 900"
            ),
            404: _head("POST", "/nowhere", "Transfer-Encoding: chunked"),
            413: _head("POST", "/form", "Content-Length: 900000"),
            431: _head("POST", "/form", "Content-Length: 900", *many),
        }
        async with served(small_app(settings), settings) as here:
            for status, request in asked.items():
                reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
                writer.write(request + b"name")
                answer = await _answer(reader)
                assert answer.startswith(f"HTTP/1.1 {status}")
                assert "connection: close" in answer.lower()
                assert await reader.read() == b""
                writer.close()


def _head(method: str, path: str, *more: str) -> bytes:
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", "Host: localhost", *more, "", ""]
    ).encode()


async def _answer(reader: asyncio.StreamReader) -> str:
    """The head of an answer, whose body is read and left."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"(?i)content-length: (\d+)", head)
    assert length
    await reader.readexactly(int(length[1]))
    return head
