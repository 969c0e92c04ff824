"""Fixtures for everyone: `database` (both engines), `sandbox`, `gateway`, `context`, `app`,
`client`, `market`.

Whatever uses `database` is for SQLite and for PostgreSQL. Where the engine is the point (marked
`both_engines`, naming `engine`, or letting several things happen at once) a test runs on each;
`sqlite_only`, `postgres_only` and `one_engine` (it cannot matter; SQLite then) say otherwise. All
others run on one of the two, by their name and row, so that each engine answers half of them.
`--engine both` runs them all on each, `--engine sqlite` what has a choice on that one.
"""

from __future__ import annotations

import gc
import inspect
import os
import zlib
from types import CodeType
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from tests.support import bounded, once, unread, worded
from tests.support.database import ENGINES, Postgres, copy_of, run_id, sqlite_template
from tests.support.temporary import in_memory
from tests.support.workers import Groups, import_a_part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from quart import Quart
    from quart.typing import TestClientProtocol
    from xdist.remote import Producer
    from xdist.scheduler import Scheduling

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.machine import Market
    from tests.support.sandbox import RunningSandbox
    from tests.support.visitor import Visitor

# How long an example takes says more about the machine, which runs three processes on two cores,
# than about the code.
hypothesis.settings.register_profile("usual", deadline=None)
# State machines look at it: `--hypothesis-profile=long`
hypothesis.settings.register_profile("long", deadline=None)
hypothesis.settings.load_profile("usual")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--engine",
        choices=(*ENGINES, "both"),
        help="where database tests run that have a choice",
    )


def pytest_configure() -> None:
    """Choose where files are made, before the first is."""
    in_memory()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Deal the tests out to the processes of a run."""
    return Groups(config, log)


def pytest_collection(session: pytest.Session) -> None:
    """Import what falls to this process before it looks at all tests."""
    import_a_part(session)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not walk through it in each of
    thousands of tests. It looks at what came since a tenth as often as it would by itself.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make what uses `database` a test for every engine that its marks allow."""
    if "engine" not in metafunc.fixturenames:
        return
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    engines: tuple[str, ...] = ENGINES
    if marks & {"sqlite_only", "one_engine"}:
        engines = ("sqlite",)
    elif "postgres_only" in marks:
        engines = ("postgres",)
    ways: dict[str, tuple[str, ...]] = dict(
        *(mark.kwargs for mark in metafunc.definition.iter_markers("ways"))
    )
    if ways:
        pairs = [(engine, way) for engine in engines for way in ways[engine]]
        metafunc.parametrize(("engine", "way"), pairs, scope="function")
    else:
        metafunc.parametrize("engine", engines, scope="function")


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Deal the tests that have a choice of engine out to the two."""
    chosen = config.getoption("--engine")
    items[:] = [item for item in items if _runs(item, chosen)]


def _runs(item: pytest.Item, chosen: str | None) -> bool:
    engine = item.callspec.params.get("engine") if hasattr(item, "callspec") else None
    if engine is None or chosen == "both":
        return True
    if chosen is not None:
        return bool(engine == chosen)
    assert isinstance(item, pytest.Function)
    if _is_about_engines(item):
        return True
    name = item.nodeid.replace(f"{engine}-", "").replace(engine, "")
    return bool(engine == ENGINES[zlib.crc32(name.encode()) % len(ENGINES)])


def _is_about_engines(item: pytest.Function) -> bool:
    marks = {mark.name for mark in item.iter_markers()}
    named = "engine" in inspect.signature(item.function).parameters
    return (
        bool(
            marks
            & {"sqlite_only", "postgres_only", "one_engine", "both_engines", "ways"}
        )
        or named
        or races(item.function)
    )


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests read no settings from the environment that they run in."""
    for name in list(os.environ):
        if name.startswith(("MARKETHALL_", "STRIPE_")):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Argon2 with as little work as it can be given: thousands of sign-ins prove nothing about its
    cost.
    """
    from argon2 import PasswordHasher

    from shared.trade.people import passwords

    real = passwords._HASHER
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield
    passwords._HASHER = real


@pytest.fixture(scope="session", autouse=True)
def _quick_retries() -> Iterator[None]:
    """The SDK waits half a second and more before it asks again; here the line it waits for is a
    test's own.
    """
    from stripe._http_client import HTTPClient

    real = HTTPClient.INITIAL_DELAY
    HTTPClient.INITIAL_DELAY = 0.01  # type: ignore[assignment]  # the SDK declares whole seconds
    yield
    HTTPClient.INITIAL_DELAY = real


@pytest.fixture(scope="session", autouse=True)
def _worked_out_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is the same for every application and database of this process."""
    unread.watch()
    bounded.watch()
    worded.watch()
    once.TEMPLATES.share(_of_all_workers(tmp_path_factory) / "templates")
    with once.addresses(), once.queries(), once.statements(), once.authorities():
        yield


@pytest.fixture(scope="session", autouse=True)
def _addresses_in_mails() -> None:
    """Mails know where the pages are, also in tests that make no application."""
    import run
    from shared.infra.mail.links import links

    links.come_from(run.addresses)


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file."""
    return sqlite_template(_of_all_workers(tmp_path_factory))


def _of_all_workers(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """The session's PostgreSQL server."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    server = Postgres(run_id(), worker, _of_all_workers(tmp_path_factory))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_ready(postgres: Postgres) -> Postgres:
    """The server with this worker's database migrated."""
    postgres.prepare()
    return postgres


@pytest.fixture
def database_url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> str:
    """The address of an empty, migrated database, not open."""
    if engine == "sqlite":
        return copy_of(request.getfixturevalue("sqlite_file"), tmp_path)
    server: Postgres = request.getfixturevalue("postgres_ready")
    server.empty()
    return server.url(connections=4 if races(request.function) else 1)


def races(test: Callable[..., object]) -> bool:
    """Whether a test lets several things happen at once.

    Opening a connection takes as long as a short transaction: with one open the second of two would
    only come when the first has ended, and a lock that is gone would not be missed. A connection
    that nobody uses costs time in all others.
    """
    return "gather" in _names_in(inspect.unwrap(test).__code__)


def _names_in(code: CodeType) -> set[str]:
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*map(_names_in, inner))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    """An empty database, open: its address. Runs the test on each engine."""
    from shared.finance.inbox import rejected_deliveries
    from shared.infra.database.lifecycle import close_database, open_database

    # What an earlier test left uncounted is none of this one's.
    rejected_deliveries.counter = rejected_deliveries.Counter()
    await open_database(database_url)
    yield database_url
    await close_database()


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[RunningSandbox]:
    """One stand-in per worker, over real HTTP."""
    from tests.support.sandbox import RunningSandbox

    with RunningSandbox() as server:
        yield server


@pytest.fixture
def sandbox(
    request: pytest.FixtureRequest, running_sandbox: RunningSandbox
) -> Iterator[RunningSandbox]:
    """The stand-in, emptied.

    What was asked of it during the test must suit the SDK's own parameter types.
    """
    from tests.support.requests import problems

    running_sandbox.control("POST", "reset")  # its log of requests, too
    yield running_sandbox
    if request.node.get_closest_marker("sdk_unchecked") is None:
        found = problems(running_sandbox)
        assert not found, "requests that the SDK's own types refuse:\n" + "\n".join(
            found
        )


@pytest.fixture
async def market(database_url: str, tmp_path: Path) -> AsyncIterator[Market]:
    """A whole marketplace in this process, Stripe included, without a page and a line of HTTP."""
    from tests.support.machine import Market

    found = Market(url=database_url, store=tmp_path / "stand.sqlite3", folder=tmp_path)
    await found.open()
    yield found
    await found.close()


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Development settings; they point at the stand-in and at the database where the test uses
    those.
    """
    from tests.support.app import settings_for

    names = request.fixturenames
    url = (
        request.getfixturevalue("database_url")
        if "database_url" in names
        else f"sqlite://{tmp_path}/unused.sqlite3"
    )
    base = (
        request.getfixturevalue("sandbox").base_url
        if "sandbox" in names
        else "http://127.0.0.1:9"
    )
    return settings_for(database_url=url, data_dir=tmp_path, sandbox_base=base)


@pytest.fixture
async def gateway(
    sandbox: RunningSandbox, settings: Settings
) -> AsyncIterator[Gateway]:
    """The real gateway with the real SDK against the stand-in."""
    from shared.infra.gateway.gateway import Gateway

    live = Gateway(settings.stripe)
    yield live
    await live.close()


@pytest.fixture
def context(gateway: Gateway, settings: Settings) -> Context:
    """What job and webhook handlers are given."""
    from shared.infra.jobs import Context

    return Context(gateway, settings)


@pytest.fixture
async def app(
    database: str, gateway: Gateway, settings: Settings
) -> AsyncIterator[Quart]:
    """The whole application with every blueprint, started."""
    from tests.support.app import whole_app

    quart = whole_app(settings, gateway)
    async with quart.test_app():
        yield quart


@pytest.fixture
def small(settings: Settings) -> Quart:
    """The shell around the probe views; no database."""
    from tests.support.probe import small_app

    return small_app(settings)


@pytest.fixture
def visitor(small: Quart) -> Visitor:
    """A browser in front of it."""
    from tests.support.visitor import Visitor

    return Visitor(small)


@pytest.fixture
def client(app: Quart) -> TestClientProtocol:
    """A browser without JavaScript: a cookie jar and requests into the application."""
    return app.test_client()


def pytest_assertrepr_compare(op: str, left: Any, right: Any) -> list[str] | None:
    """Show money as money when two amounts differ."""
    from shared.core.money import Money

    if op == "==" and isinstance(left, Money) and isinstance(right, Money):
        return [f"{left} == {right}"]
    return None
