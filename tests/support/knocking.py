"""Somebody who tries passwords at several processes of one site."""

from __future__ import annotations

import http.client
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import psutil

if TYPE_CHECKING:
    from collections.abc import Sequence

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def wrong_passwords(port: int, processes: Sequence[int], number: int) -> list[int]:
    """The statuses of so many wrong passwords, put to the processes in turn."""
    lines = connected(port, processes)
    page = asked(lines[0], "GET", "/vendor/login")
    cookie = (page.headers["Set-Cookie"] or "").partition(";")[0]
    found = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', page.body)
    assert found
    form = {
        "email": "victor@example.test",
        "password": "not the password",
        "csrf_token": found[1].decode(),
    }
    answers = [
        asked(
            lines[n % 2],
            "POST",
            "/vendor/login",
            urlencode(form),
            FORM | {"Cookie": cookie},
        )
        for n in range(number)
    ]
    _close(lines)
    return [answer.status for answer in answers]


def connected(port: int, processes: Sequence[int]) -> list[http.client.HTTPConnection]:
    """Two open connections, to two different processes behind one port."""
    lines: list[http.client.HTTPConnection] = []
    for _ in range(100):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        asked(line, "GET", "/healthz")
        lines.append(line)
        if all(_holds_one(pid, port) for pid in processes):
            _close(lines[1:-1])
            return [lines[0], lines[-1]]
    _close(lines)
    raise AssertionError("one process took every connection")


def _close(lines: Sequence[http.client.HTTPConnection]) -> None:
    for line in lines:
        line.close()


def _holds_one(pid: int, port: int) -> bool:
    found = psutil.Process(pid).net_connections(kind="tcp4")
    return any(
        c.status == psutil.CONN_ESTABLISHED and c.laddr.port == port for c in found
    )


class Read:
    """An answer, read to its end, so that the connection can be used again."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = (
            response.status,
            response.headers,
            response.read(),
        )


def asked(
    line: http.client.HTTPConnection,
    method: str,
    path: str,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> Read:
    """Ask over this very connection."""
    line.request(method, path, body, headers or {})
    return Read(line.getresponse())
