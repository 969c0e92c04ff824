"""Stripe's events are taken before the application is asked: answered as the application answers,
counted as it counts, and whatever is not plainly an event of Stripe's is the application's.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import generate_latest

from shared.entrypoints.web import bodies, doorway
from shared.finance.inbox import statements
from shared.finance.inbox.models import WebhookEvent, WebhookRefusal
from shared.finance.inbox.rejected_deliveries import counter
from shared.infra.database import sqlite_waiting
from shared.infra.database.schema import sqlite_path
from tests.support.app import whole_app
from tests.support.refusals import locked_elsewhere

if TYPE_CHECKING:
    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway

pytestmark = pytest.mark.usefixtures("database")

PLATFORM = "/api/v1/platform/webhooks/stripe"
CONNECT = f"{PLATFORM}/connect"
TOO_MANY = timedelta(hours=1)
OF_ONE_REQUEST = {"x-request-id", "ratelimit-remaining", "ratelimit-reset"}


class Answer:
    """What came back, as a server is told."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.body = status, body
        self.headers = {
            name.decode().lower(): value.decode() for name, value in headers
        }

    @property
    def same(self) -> tuple[object, ...]:
        """What must not depend on who answered."""
        kept = {k: v for k, v in self.headers.items() if k not in OF_ONE_REQUEST}
        return self.status, kept, self.body


class Sender:
    """Delivers to one application as Stripe does."""

    def __init__(self, app: Quart, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._number = 0

    def event(self, **more: Any) -> bytes:
        """One that we store and ignore."""
        self._number += 1
        about = {
            "id": f"evt_{self._number}",
            "object": "event",
            "type": "some.unknown_type",
            "created": int(time.time()),
            "livemode": False,
            "api_version": None,
            "data": {"object": {"id": "x_1", "object": "x"}},
        }
        return json.dumps(about | more).encode()

    async def __call__(
        self,
        *more: tuple[str, str],
        path: str = PLATFORM,
        body: bytes | None = None,
        signed: str = "",
        pieces: int = 1,
        host: str = "localhost",
    ) -> Answer:
        """Deliver a body, in so many pieces, with more headers."""
        body = self.event() if body is None else body
        secret = self._settings.stripe.secrets_of(
            "connect" if path == CONNECT else "platform"
        )[0]
        now = int(time.time())
        mac = hmac.new(
            secret.encode(), f"{now}.".encode() + body, hashlib.sha256
        ).hexdigest()
        headers = [
            ("host", host),
            ("content-type", "application/json; charset=utf-8"),
            ("content-length", str(len(body))),
            ("stripe-signature", signed or f"t={now},v1={mac}"),
            *more,
        ]
        step = -(-len(body) // pieces) or 1
        parts = [body[at : at + step] for at in range(0, len(body), step)] or [b""]
        return await asked(self._app, path, headers, parts)


async def asked(
    app: Quart,
    path: str,
    headers: list[tuple[str, str]],
    parts: list[bytes],
    *,
    ends: bool = True,
) -> Answer:
    """Ask as a server does; nothing follows the last part, even where the body does not end."""
    bare, _, query = path.partition("?")
    scope: Any = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": bare,
        "raw_path": bare.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": ("203.0.113.1", 5000),
        "server": ("localhost", 80),
        "extensions": {},
    }
    waiting = [
        {"type": "http.request", "body": part, "more_body": not ends or at < len(parts)}
        for at, part in enumerate(parts, 1)
    ]
    messages: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(messages[0]["status"], messages[0]["headers"], body)


@pytest.fixture
async def send(app: Quart, settings: Settings) -> Sender:
    """A sender whose first event has been answered."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    sender = Sender(app, settings)
    assert (await sender()).status == 200
    return sender


class Seen:
    """How often the application was asked."""

    def __init__(self, app: Quart) -> None:
        self.times = 0

        async def count() -> None:
            self.times += 1

        app.before_request_funcs[None].insert(0, count)


async def test_an_event_is_answered_as_the_application_answers_it(
    app: Quart, send: Sender, settings: Settings, gateway: Gateway
) -> None:
    """The same status, headers and body, from both doors; each event stored once."""
    for path in (PLATFORM, CONNECT):
        more = {"account": "acct_1"} if path == CONNECT else {}
        plain = Sender(whole_app(settings, gateway), settings)
        theirs = await plain(path=path, body=send.event(**more))
        await send(path=path, body=send.event(**more))
        seen = Seen(app)
        ours = await send(path=path, body=send.event(**more))
        assert seen.times == 0
        assert ours.same == theirs.same
        assert ours.headers["x-request-id"] != theirs.headers["x-request-id"]
    ids = await WebhookEvent.all().order_by("id").values_list("id", flat=True)
    assert len(ids) == 1 + 2 * 3
    assert await WebhookEvent.filter(duplicates__gt=0).count() == 0


@pytest.mark.parametrize(
    "more",
    [
        ("cookie", "a=b"),
        ("authorization", "Bearer x"),
        ("content-encoding", "identity"),
        ("expect", "100-continue"),
        ("stripe-signature", "t=1,v1=0"),
        ("host", "localhost"),
        ("x-long", "x" * bodies.MAX_HEADER_BYTES),
    ],
)
async def test_what_no_machine_of_stripes_sends_is_the_applications(
    app: Quart, send: Sender, more: tuple[str, str]
) -> None:
    """A header that Stripe does not send, one that comes twice, or too much of them."""
    seen = Seen(app)
    await send(more)
    assert seen.times == 1


async def test_where_else_and_how_else_it_is_asked_is_the_applications(
    app: Quart, send: Sender
) -> None:
    """Another address, a query, a name that is none of ours, a body that is too large."""
    seen = Seen(app)
    assert (await send(path=f"{PLATFORM}?x=1")).status == 200
    assert (await send(path=f"{PLATFORM}/")).status == 200
    assert (await send(host="evil.example")).status == 400
    large = send.event(x="x" * bodies.MAX_BODY)
    assert (await send(body=large)).status == 413
    assert (await send(body=b"")).status == 400
    assert seen.times == 5


async def test_what_is_not_signed_or_came_to_the_other_endpoint_is_refused_as_ever(
    app: Quart, send: Sender
) -> None:
    """By the application, which counts the refusal once and stores what it stores."""
    await counter.flush()
    seen = Seen(app)
    refused = await send(signed="t=1,v1=00")
    assert refused.status == 400
    assert json.loads(refused.body)["error"]["code"] == "bad_signature"
    assert (await send(body=send.event(account="acct_1"))).status == 400
    assert seen.times == 2
    await counter.flush()
    assert (await WebhookRefusal.all().get()).count == 1
    assert await WebhookEvent.filter(duplicates__gt=0).count() == 0


async def test_a_body_in_pieces_is_read_whole(app: Quart, send: Sender) -> None:
    """Also where the application is to read it again."""
    seen = Seen(app)
    assert (await send(pieces=7)).status == 200
    assert seen.times == 0
    assert (await send(pieces=7, signed="t=1,v1=00")).status == 400
    assert await WebhookEvent.all().count() == 2


async def test_a_body_that_does_not_come_is_left_to_the_application(
    app: Quart, send: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which gives it its time, and tells the sender."""
    monkeypatch.setattr(doorway, "_SECONDS", 0.05)
    app.config["BODY_TIMEOUT"] = 0.05
    seen = Seen(app)
    headers = [
        ("host", "localhost"),
        ("content-length", "20"),
        ("stripe-signature", "t=1,v1=0"),
    ]
    got = await asked(app, PLATFORM, headers, [b"{"], ends=False)
    assert got.status == 408
    assert seen.times == 1


async def test_each_delivery_is_counted_by_the_limit(
    app: Quart, send: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is told each time; one too many is refused by the application."""
    left = int((await send()).headers["ratelimit-remaining"])
    again = int((await send()).headers["ratelimit-remaining"])
    assert left - again in (0, 1)  # a hundred come free again each second
    gate = app.extensions["market_gate"]
    store = gate.store
    for key in list(store._times):
        store._times[key] += TOO_MANY
    refused = await send()
    assert refused.status == 429
    assert "retry-after" in refused.headers
    assert await WebhookEvent.all().count() == 3


async def test_each_delivery_is_logged_and_measured(
    app: Quart, send: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    """As the application does it: with the number of the answer."""
    with caplog.at_level("INFO", "markethall.request"):
        answer = await send()
    (record,) = [r for r in caplog.records if r.name == "markethall.request"]
    fields = record.fields  # type: ignore[attr-defined]
    del fields["ms"]
    assert fields == {
        "request": answer.headers["x-request-id"],
        "method": "POST",
        "route": PLATFORM,
        "status": 200,
        "who": "nobody",
    }
    meter = app.extensions["markethall_meter"]
    told = generate_latest(meter.registry).decode()
    counted = [
        line for line in told.splitlines() if f'route="{PLATFORM}",status="200"' in line
    ]
    assert counted[0].endswith(" 2.0")


@pytest.mark.sqlite_only
async def test_a_database_that_cannot_be_used_is_told_by_the_application(
    send: Sender, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and the same event is taken afterwards."""
    monkeypatch.setattr(sqlite_waiting, "LOCK_SECONDS", 0.1)
    body, waits = send.event(), 0
    stored = statements.store_done

    async def once_more(*what: Any) -> None:
        nonlocal waits
        waits += 1
        await stored(*what)

    monkeypatch.setattr(statements, "store_done", once_more)
    with locked_elsewhere(sqlite_path(database)):
        away = await send(body=body)
    assert away.status == 503
    assert waits == 1  # not once by the application again
    assert "retry-after" in away.headers
    assert (await send(body=body)).status == 200
    assert await WebhookEvent.filter(duplicates=0).count() == 2


async def test_whoever_goes_away_leaves_the_event_taken(
    app: Quart, send: Sender
) -> None:
    """What has begun is done, as a shutdown waits for it."""
    delivery = asyncio.create_task(send())
    while not app.background_tasks:
        await asyncio.sleep(0)
    delivery.cancel()
    await asyncio.wait({delivery, *app.background_tasks})  # type: ignore[type-var]
    assert await WebhookEvent.all().count() == 2
