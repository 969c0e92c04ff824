"""Whom a request may say that it is for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from shared.entrypoints.api.health import blueprint as health
from shared.entrypoints.web.hosts import name_of
from tests.support.probe import small_app
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from shared.core.settings import Settings

OTHERS = [
    "evil.example",
    "localhost.evil.example",
    "shop.example.evil.example",
    "shop.example@evil.example",
    "192.0.2.1",
    "",
]


@pytest.fixture
def live(settings: Settings) -> Visitor:
    """Production at shop.example, also known as www.shop.example and by a name of other letters."""
    hosts = ("www.shop.example", "läden.example")
    return Visitor(
        small_app(
            settings.with_(
                env="production", public_url="https://shop.example", allowed_hosts=hosts
            ),
            health,
        )
    )


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Shop.Example:8000", "shop.example"),
        ("shop.example.", "shop.example"),
        ("[::1]:8000", "::1"),
        ("läden.example", "xn--lden-loa.example"),
        ("xn--lden-loa.example", "xn--lden-loa.example"),
        ("[::1", ""),
        ("ä" * 70, ""),
        ("", ""),
    ],
)
def test_a_name_is_read_as_the_net_writes_it(host: str, name: str) -> None:
    """Ports, capitals, a dot at the end and letters of other scripts make no other host."""
    assert name_of(host) == name


@pytest.mark.parametrize(
    "host",
    [
        "shop.example",
        "SHOP.example:443",
        "shop.example.",
        "www.shop.example",
        "xn--lden-loa.example",
    ],
)
async def test_our_own_names_are_answered(live: Visitor, host: str) -> None:
    """That of the public address, and those that the setting adds."""
    assert (await live.get("/count", headers={"Host": host})).status == 200


@pytest.mark.parametrize("host", [*OTHERS, "localhost", "127.0.0.1"])
@pytest.mark.parametrize("path", ["/count", "/form", "/no/such/page"])
async def test_another_name_is_refused(live: Visitor, host: str, path: str) -> None:
    """400 in the caller's format, whatever was asked for, and nothing is done."""
    page = await live.request(
        "POST" if path == "/form" else "GET", path, headers={"Host": host}
    )
    program = await live.get(path, headers={"Host": host, "Accept": "application/json"})

    assert (page.status, program.status) == (400, 400)
    assert "by its own address" in page.text or "That request is not right" in page.text
    assert json.loads(program.text)["error"]["code"] in ("unknown_host", "bad_request")
    assert "Set-Cookie" not in page.headers
    assert "evil" not in page.text


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "192.0.2.1:8000", "[2001:db8::1]:8000", "node-7.internal"]
)
async def test_health_is_told_under_any_name(live: Visitor, host: str) -> None:
    """Load balancers ask a machine by its address; the answer holds no address."""
    assert (await live.get("/healthz", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("192.0.2.1", 200),
        ("evil.example", 400),
    ],
)
async def test_in_development_this_machine_goes_by_its_own_names(
    settings: Settings, host: str, status: int
) -> None:
    """And by any address, such as one in the local network; a name that somebody else points here
    is none of them.
    """
    assert (
        await Visitor(small_app(settings)).get("/count", headers={"Host": host})
    ).status == status
