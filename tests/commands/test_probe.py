"""`doctor --probe` against a running site and the stand-in: it proves what works, and names what
does not.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypercorn.asyncio import serve
from hypercorn.config import Config

from shared.entrypoints.cli import doctor, front, probe, probe_mail, stripe_over_http
from shared.finance.inbox import rejected_deliveries
from shared.infra.mail.models import Email
from shared.trade.people import registration
from tests.support.app import whole_app
from tests.support.market import open_shop

if TYPE_CHECKING:
    from pathlib import Path

    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.one_engine,
    pytest.mark.sdk_unchecked("plain HTTP"),
]
WAIT = 1.5
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Registered:
    """One endpoint at Stripe: whose address it has, which scope it hears, and what is wrong with
    it.
    """

    source: str
    connect: bool
    is_stale: bool = (
        False  # its secret was made anew at Stripe, and the old one is set here
    )
    base: str = ""  # instead of the site's own address


PLATFORM, CONNECT = (
    Registered("platform", connect=False),
    Registered("connect", connect=True),
)


@asynccontextmanager
async def running(
    settings: Settings, gateway: Gateway, *endpoints: Registered, base: str = ""
) -> AsyncIterator[Settings]:
    """A site on a port of its own, with these endpoints registered at the stand-in: the settings
    that it goes by.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    known = settings.with_(public_url=base or url)
    for endpoint in endpoints:
        known = await _register(known, endpoint, endpoint.base or url)
    config, stop = Config(), asyncio.Event()
    config.bind = [f"fd://{listener.detach()}"]
    config.accesslog = config.errorlog = None
    config.graceful_timeout = config.shutdown_timeout = 1.0
    app: Quart = whole_app(known, gateway)
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    task = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait))  # type: ignore[arg-type]
    try:
        yield known
    finally:
        stop.set()
        await task


async def _register(settings: Settings, endpoint: Registered, base: str) -> Settings:
    form = {
        "url": base + probe.PATHS[endpoint.source],
        "enabled_events[]": "*",
        "connect": str(endpoint.connect).lower(),
    }
    async with stripe_over_http.opened(settings.stripe) as api:
        made = await api.post("/v1/webhook_endpoints", form, f"endpoint:{endpoint}")
    secrets = ("whsec_of_before",) if endpoint.is_stale else (str(made["secret"]),)
    if endpoint.source == "platform":
        return settings.with_(stripe=replace(settings.stripe, webhook_secrets=secrets))
    return settings.with_(
        stripe=replace(settings.stripe, connect_webhook_secrets=secrets)
    )


@pytest.fixture(autouse=True)
def _written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused deliveries are written down every five seconds; nobody waits for that here."""
    monkeypatch.setattr(rejected_deliveries, "EVERY_SECONDS", 0.0)


@pytest.fixture
async def shop(database: str, gateway: Gateway, sandbox: RunningSandbox) -> None:
    """A vendor that has connected Stripe."""
    await open_shop(gateway, sandbox)


async def proved(settings: Settings) -> list[str]:
    """What the probe finds, the platform's endpoint first: what, and the advice."""
    return [
        f"{found.what} {found.advice}".strip()
        for found in await probe.webhooks(settings, wait=WAIT)
    ]


@pytest.mark.usefixtures("shop")
async def test_two_right_endpoints_are_proved_by_two_events(
    settings: Settings, gateway: Gateway
) -> None:
    """On a platform that has no charge yet, too; the advice is empty."""
    async with running(settings, gateway, PLATFORM, CONNECT) as known:
        platform, connect = await probe.webhooks(known, wait=20)
    assert platform.what.startswith(
        "The webhook endpoint of your own account works: setup_intent.canceled of"
    )
    assert connect.what.startswith(
        "The webhook endpoint of connected accounts works: account.updated of account"
    )
    assert platform.advice == connect.advice == ""


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("endpoints", "platform", "connect"),
    [
        pytest.param(
            (
                Registered("platform", connect=True),
                Registered("connect", connect=False),
            ),
            "the endpoint at /api/v1/platform/webhooks/stripe/connect is, for the wrong scope.",
            "the endpoint at /api/v1/platform/webhooks/stripe is, for the wrong scope.",
            id="both scopes are wrong",
        ),
        pytest.param(
            (replace(PLATFORM, is_stale=True), replace(CONNECT, is_stale=True)),
            (
                "refuses what Stripe sends: no live secret matches. STRIPE_WEBHOOK_SECRET does "
                "not fit, or expired"
            ),
            (
                "refuses what Stripe sends: no live secret matches. STRIPE_CONNECT_WEBHOOK_SECRET "
                "does not fit, or expired"
            ),
            id="both secrets are stale",
        ),
        pytest.param(
            (replace(PLATFORM, base=NOWHERE), replace(CONNECT, base=NOWHERE)),
            "Stripe sends setup_intent.canceled, and nothing arrives.",
            "Stripe sends account.updated, and nothing arrives.",
            id="the address leads nowhere",
        ),
        pytest.param(
            (),
            "no endpoint at Stripe listens to setup_intent.canceled of your own account.",
            "no endpoint at Stripe listens to account.updated of connected accounts.",
            id="nothing is registered",
        ),
    ],
)
async def test_what_is_wrong_is_named(
    settings: Settings,
    gateway: Gateway,
    endpoints: tuple[Registered, ...],
    platform: str,
    connect: str,
) -> None:
    """Each with what to do."""
    async with running(settings, gateway, *endpoints) as known:
        found = await proved(known)
    assert platform in found[0]
    assert connect in found[1]


async def test_the_site_tells_the_doctor_alone_what_it_saw(
    settings: Settings, gateway: Gateway
) -> None:
    """Through the public address; a stranger, and a doctor of another installation, find nothing
    there.
    """
    async with running(settings, gateway) as known:
        reached, limits = await front.ask(known, must_answer=True)
        (other,) = await front.ask(
            known.with_(secret_key="another key of thirty-two letters"),
            must_answer=True,
        )
        app = whole_app(known, gateway)
        assert (await app.test_client().get("/api/v1/platform/seen")).status_code == 404
    assert (reached.what, reached.advice) == (
        "The public address leads to this site; no proxy stands in front.",
        "",
    )
    assert limits.what == "Limits are counted in the one web process."
    assert "something that is not this installation (status 404)" in other.what


async def test_a_site_that_does_not_answer_is_only_news_to_the_probe(
    settings: Settings,
) -> None:
    """Plain `doctor` may run before the first start."""
    nowhere = settings.with_(public_url=NOWHERE)
    (told,) = await front.ask(nowhere, must_answer=False)
    (blamed,) = await front.ask(nowhere, must_answer=True)
    assert (
        told.what
        == blamed.what
        == "The site does not answer at http://127.0.0.1:9 (ClientConnectorError)."
    )
    assert (told.mark, told.advice) == ("--", "")
    assert blamed.mark == "!!"


async def test_the_test_mail_goes_to_the_operator(
    settings: Settings, tmp_path: Path
) -> None:
    """And leaves nothing in the outbox; without an operator the finding says how to make one."""
    assert "python3 run.py operator" in (await probe_mail.test_mail(settings)).advice
    await registration.create_member(
        email="olive@market.test",
        password="a-long-password",
        full_name="Olive",
        role="operator",
        vendor_id=None,
    )
    assert (await probe_mail.test_mail(settings)).what.startswith(
        "A test mail to olive@market.test was written to"
    )
    (written,) = (settings.data_dir / "mail").glob("doctor-*.eml")
    assert "To: olive@market.test" in written.read_text()
    assert not await Email.filter(kind="doctor").exists()
    live = await doctor._mail(settings.with_(env="production"))
    assert live.advice == "Set MARKETHALL_SMTP_URL, or no customer gets a mail."
    assert not (await doctor._mail(settings)).advice

    refused = await probe_mail.test_mail(settings.with_(smtp_url="smtp://127.0.0.1:9"))
    assert "The mail server cannot be reached (ConnectionRefusedError)." in refused.what
    assert refused.advice
