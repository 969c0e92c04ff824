"""What the first visit to a page costs a shopper: bytes, requests, and nothing that moves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.looking import SETTLED, SHIFTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

KB = 1000
PAGES = ["/", "/vendors", "/shops/atelier-luxe", "/shops/atelier-luxe/tote-bag"]
# What Chromium calls what was loaded. The icons are drawings that belong to the page.
PICTURES = "Image"


@dataclass
class Weight:
    """What came over the wire, by kind, in bytes with its headers."""

    bytes: Counter[str] = field(default_factory=Counter)
    requests: int = 0

    @property
    def without_pictures(self) -> int:
        return sum(self.bytes.values()) - self.bytes[PICTURES]


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_is_light_and_nothing_moves(
    path: str, browser: Browser, server: Server
) -> None:
    """Less than 150 kB without pictures, 60 kB of it script; nothing shifts, on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_init_script(SHIFTS)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    weight = Weight()

    def came(told: dict[str, Any]) -> None:
        weight.bytes[kinds[told["requestId"]]] += int(told["encodedDataLength"])
        weight.requests += 1

    wire.on(
        "Network.responseReceived",
        lambda told: kinds.__setitem__(told["requestId"], told["type"]),
    )
    wire.on("Network.loadingFinished", came)
    wire.send("Network.enable")
    page.goto(server.url + path, wait_until="networkidle")
    page.evaluate(SETTLED)
    shift = page.evaluate("window.__shift")
    context.close()

    assert shift == {"by": 0, "moved": []}
    assert weight.bytes["Script"] < 60 * KB, weight
    assert weight.without_pictures < 150 * KB, weight
    assert weight.requests < 40, weight
