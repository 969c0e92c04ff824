"""How the stand-in keeps the connections of whoever calls."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.support.sandbox import RunningSandbox


def test_a_connection_that_rests_is_kept(sandbox: RunningSandbox) -> None:
    """Hypercorn would close it after five seconds, which may be as the next call leaves."""
    line = HTTPConnection(urlsplit(sandbox.base_url).netloc, timeout=30)
    for rest in (5.5, 0):
        line.request("GET", "/_control/events")
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200
        time.sleep(rest)
    line.close()
