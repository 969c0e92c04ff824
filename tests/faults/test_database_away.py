"""The database is away, busy, full or read-only: every kind of route says so with 503, and all goes
on as before afterwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from tortoise.connection import get_connection

from shared.infra import unit
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.schema import sqlite_path
from shared.infra.database.trouble import DatabaseTrouble, TroubleKind
from shared.infra.gateway.gateway import Gateway
from shared.trade.vendors.models import Vendor
from tests.support.app import whole_app
from tests.support.door import door_to
from tests.support.factories import make_vendor
from tests.support.portal import csrf_token, owner_of
from tests.support.storefront import HTMX, words

if TYPE_CHECKING:
    from quart import Quart
    from quart.typing import TestClientProtocol
    from werkzeug.routing import Rule

    from shared.core.settings import Settings
    from tests.support.database import Postgres

MONEY = re.compile(r"\bcharged\b|money|paid back|refund", re.IGNORECASE)
WITHOUT_DATABASE = {
    "static",
    "favicon",
    "health.healthz",
    "api_docs.openapi",
    "api_docs.docs",
}


@dataclass
class Place:
    """An open application, and how its database goes away for a while."""

    app: Quart
    away: Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
async def place(
    request: pytest.FixtureRequest, engine: str, database_url: str, settings: Settings
) -> AsyncIterator[Place]:
    """PostgreSQL behind a door that can be shut; a SQLite file that can be taken from where it
    lies.
    """
    gateway = Gateway(settings.stripe)
    app = whole_app(settings, gateway)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    opened = (
        _sqlite(database_url)
        if engine == "sqlite"
        else _postgres(request.getfixturevalue("postgres_ready"))
    )
    async with opened as away, app.test_app():
        yield Place(app, away)


@asynccontextmanager
async def _sqlite(url: str) -> AsyncIterator[Any]:
    await open_database(url)
    path = sqlite_path(url)
    elsewhere = path.with_name("elsewhere")

    @asynccontextmanager
    async def away() -> AsyncIterator[None]:
        await get_connection("default").close()
        path.rename(elsewhere)
        path.mkdir()
        yield
        path.rmdir()
        elsewhere.rename(path)

    yield away
    await close_database()


@asynccontextmanager
async def _postgres(server: Postgres) -> AsyncIterator[Any]:
    async with door_to(server.socket) as door:
        await open_database(
            f"postgres://postgres@127.0.0.1:{door.port}/{server.name}?min_size=1&max_size=2"
        )

        @asynccontextmanager
        async def away() -> AsyncIterator[None]:
            await door.shut()
            yield
            await door.open()

        yield away
        await close_database()


async def _known(app: Quart) -> TestClientProtocol:
    """A browser with everything: signed in as a vendor's owner, with a basket's token."""
    client = app.test_client()
    await owner_of(client)
    async with client.session_transaction() as session:
        session["basket"] = "a-basket-that-was-made-before"
    return client


def _address(rule: Rule) -> str:
    return re.sub(
        r"<(\w+:)?\w+>",
        lambda found: "1" if found[1] == "int:" else "2026-11",
        rule.rule,
    )


async def test_every_route_says_503_while_the_database_is_away(place: Place) -> None:
    """Pages, fragments, forms, API and webhooks, signed in or not: Retry-After, our error shape, no
    word about money.
    """
    client = await _known(place.app)
    token = await csrf_token(client)
    rules = [
        rule
        for rule in place.app.url_map.iter_rules()
        if rule.endpoint not in WITHOUT_DATABASE
    ]
    asked = [
        (rule, method)
        for rule in rules
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]
    assert len(asked) > 120
    async with place.away():
        for rule, method in asked:
            await _refused(client, rule, method, token)


async def _refused(
    client: TestClientProtocol, rule: Rule, method: str, token: str
) -> None:
    is_api = rule.rule.startswith(("/api/", "/readyz"))
    headers = (
        {"Authorization": "Bearer mht_anything", "Origin": "http://localhost"}
        if is_api
        else HTMX
    )
    given: dict[str, Any] = {}
    if method == "POST":
        given = {"json": {}} if is_api else {"form": {"csrf_token": token}}
    if "/webhooks/" in rule.rule:
        return  # judged by their signature first: see below
    answer = await client.open(_address(rule), method=method, headers=headers, **given)
    text = str(await answer.get_data(as_text=True))
    where = f"{method} {rule.rule}: {answer.status_code} {text[:300]}"
    if is_api and answer.status_code in (401, 422):
        return  # refused for what was sent, before anything was looked up
    assert answer.status_code == 503, where
    assert int(answer.headers["Retry-After"]) > 0, where
    if is_api:
        assert set(json.loads(text)["error"]) == {"code", "message"}, where
    else:
        assert "We cannot get at our records" in words(text), where
    assert not MONEY.search(words(text).replace("If you have paid", "")), where


async def _add() -> Vendor:
    async with unit.transaction():
        return await make_vendor()


async def test_everything_works_again_once_it_is_back(place: Place) -> None:
    """However often it was asked meanwhile, reading and writing: no connection and no lock is lost
    with a failure.
    """
    vendor = await make_vendor()
    async with place.away():
        for _ in range(4):  # more than the pool has connections
            with pytest.raises(DatabaseTrouble) as told:
                await vendor.refresh_from_db()
            assert told.value.kind is TroubleKind.AWAY
            with pytest.raises(DatabaseTrouble):
                await _add()
    again = await _add()
    await again.refresh_from_db()


async def test_whoever_paid_and_comes_back_meanwhile_reads_what_is_true(
    place: Place,
) -> None:
    """Not that nothing was charged: not to pay again, and that the order will show it.

    On a whole page, styled.
    """
    client = await _known(place.app)
    async with place.away():
        answer = await client.get("/shop/order-confirmation?order=some-order-of-mine")
        text = str(await answer.get_data(as_text=True))
    assert answer.status_code == 503
    assert "If you have paid, do not pay again" in words(text)
    assert "charged" not in words(text)
    assert "/static/css/" in text
    assert ">Try again</a>" in text


async def test_a_post_that_was_cut_off_is_not_said_to_have_failed(place: Place) -> None:
    """The form reads that nobody can tell, not that it may simply be sent again."""
    client = await _known(place.app)
    token = await csrf_token(client)
    async with place.away():
        answer = await client.post(
            "/vendor/admin/products/new", form={"csrf_token": token}
        )
        text = words(str(await answer.get_data(as_text=True)))
    assert answer.status_code == 503
    assert "we cannot tell whether this was done" in text


@pytest.mark.one_engine
async def test_the_process_lives_and_its_files_are_served(place: Place) -> None:
    """What needs no database asks none, signed in or not: /healthz, stylesheets, pictures."""
    client = await _known(place.app)
    async with place.away():
        for path in ("/healthz", "/static/css/base.css"):
            assert (await client.get(path)).status_code == 200, path
