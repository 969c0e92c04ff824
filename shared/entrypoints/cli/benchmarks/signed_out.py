"""What a signed-out page costs the server, against a bare Quart "hello" on the same Hypercorn.

Both are asked in turns by one client, so a busy machine slows both down. The costs are the
processor's time of the server's process: what others do at the same time is not in them.
"""

from __future__ import annotations

import re
import socket
import statistics
import tempfile
import time
from contextlib import ExitStack
from urllib.request import urlopen

from shared.core.frozen import frozen
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.servers import (
    free_port,
    processor_of,
    running,
)

ROUNDS = 5
REQUESTS, REQUESTS_MADE = 2000, 160  # in a round: from memory, and made each time
LINES = 8  # connections
_PRODUCT = "product page"
_HEADERS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: en-GB,en;q=0.5\r\n"
)
# Limits are for people; here alone they are raised.
_SERVE = """
import sys
from shared.entrypoints.web import limits
limits.DEFAULT = "1000000000/minute"
import run
sys.exit(run.main(sys.argv[1:]))
"""
_HELLO = """
import asyncio, socket, sys
from pathlib import Path
from types import MappingProxyType
from hypercorn.asyncio import serve
from quart import Quart
from shared.core.settings import load
from shared.entrypoints.cli.serving import server_config
app = Quart("hello")
@app.get(sys.argv[3])
async def hello():
    return "hello"
folder = Path(sys.argv[2])
settings = load({}, data_dir=folder, dotenv=folder / "none")
listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
asyncio.run(serve(app, server_config(settings, listener)))
"""


@frozen
class Cost:
    """What a request costs: seconds of the server's processor, and requests answered a second."""

    seconds: float
    rate: float


@frozen
class Compared:
    """A page against hello: how many times as cheap it is, and as often answered."""

    page: str
    by_processor: float
    by_rate: float
    page_microseconds: float
    answers_a_second: float


class AskedPage:
    """A server's process, and one page of it."""

    def __init__(
        self,
        process: int,
        port: int,
        path: str,
        *,
        cookie: str = "",
    ) -> None:
        self._process, self._port, self.is_made = process, port, bool(cookie)
        more = f"Cookie: {cookie}\r\n" if cookie else ""
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        self._request = f"{head}{_HEADERS}{more}\r\n".encode()

    def cost(self, requests: int) -> Cost:
        """Ask so many times, over a few connections at once."""
        with ExitStack() as stack:
            lines = [stack.enter_context(self._line()) for _ in range(LINES)]
            before, started = processor_of(self._process), time.perf_counter()
            for _ in range(requests // LINES):
                for line in lines:
                    line.sendall(self._request)
                for line in lines:
                    _read(line)
            took = time.perf_counter() - started
            used = processor_of(self._process) - before
        return Cost(used / requests, requests / took)

    def _line(self) -> socket.socket:
        return socket.create_connection(
            ("127.0.0.1", self._port),
            timeout=60,
        )


def _read(line: socket.socket) -> None:
    """One whole answer. Raises RuntimeError for any but 200."""
    data = line.recv(65536)
    while b"\r\n\r\n" not in data:
        data += line.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode("latin1"))
    _, _, behind = head.lower().partition(b"content-length:")
    length = int(behind.split(b"\r\n")[0])
    missing = length - len(body)
    while missing > 0:
        missing -= len(line.recv(65536))


def signed_out() -> list[Measured]:
    """The demo's pages from memory, and one as it is made for somebody with a cookie, against
    hello.
    """
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port, other = free_port(), free_port()
        serving = running(*_serve(port, folder), port=port)
        greeting = running(*_greet(other, folder), port=other)
        market, hello = stack.enter_context(serving), stack.enter_context(greeting)
        time.sleep(3)  # what is loaded late is loaded now
        told = AskedPage(hello, other, addresses.HOME)
        found: list[Compared] = []
        for name, path, cookie in _pages(port):
            page = AskedPage(market, port, path, cookie=cookie)
            found.append(_compared(name, page, told))
    return [line for one in found for line in _lines(one)]


def _lines(one: Compared) -> list[Measured]:
    cost, rate = "hello, as cheap", "hello, by rate"
    bar = Bar(1.2) if one.page == _PRODUCT else None
    spent = one.page_microseconds
    return [
        Measured(
            one.page,
            spent,
            "µs",
            one.by_processor,
            cost,
            bar,
        ),
        Measured(
            one.page,
            one.answers_a_second,
            "a second",
            one.by_rate,
            rate,
        ),
    ]


def _pages(port: int) -> list[tuple[str, str, str]]:
    """Each page to ask for: what it is, its address, and a cookie."""
    with urlopen(f"http://127.0.0.1:{port}{addresses.HOME}") as home:
        found = re.search(
            r'class="product-card-link" href="([^"]+)"', home.read().decode()
        )
    if found is None:
        raise RuntimeError("the demo has no product")
    return [
        (_PRODUCT, found[1], ""),
        ("home", addresses.HOME, ""),
        ("product page, with a cookie", found[1], "markethall=x"),
    ]


def _greet(
    port: int,
    folder: str,
) -> list[str]:
    return ["-c", _HELLO, str(port), folder, addresses.HOME]


def _serve(
    port: int,
    folder: str,
) -> list[str]:
    stripe = str(free_port())
    options = ["--port", str(port), "--sandbox-port", stripe, "--data-dir", folder]
    return ["-c", _SERVE, "serve", *options]


def _compared(
    name: str,
    page: AskedPage,
    hello: AskedPage,
) -> Compared:
    for each in (page, hello):
        each.cost(80)
    many = REQUESTS_MADE if page.is_made else REQUESTS
    turns = range(ROUNDS)
    rounds = [(page.cost(many), hello.cost(REQUESTS)) for _ in turns]
    seconds = statistics.median(page.seconds for page, _ in rounds)
    of_hello = statistics.median(hello.seconds for _, hello in rounds)
    rates = [page.rate / hello.rate for page, hello in rounds]
    return Compared(
        page=name,
        by_processor=of_hello / seconds,
        by_rate=statistics.median(rates),
        page_microseconds=seconds * 1e6,
        answers_a_second=statistics.median(page.rate for page, _ in rounds),
    )
