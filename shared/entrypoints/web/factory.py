"""Builds the application from settings, a gateway and blueprints: the same way for the server, the
tests and the docs.
"""

from __future__ import annotations

import asyncio
import inspect
import os
import secrets
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Sequence,
)
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from hypercorn.middleware import ProxyFixMiddleware
from quart import (
    Blueprint,
    Quart,
    Request,
    Response,
    has_request_context,
    request,
)
from quart.ctx import RequestContext
from quart.typing import ResponseReturnValue
from quart.wrappers import BaseRequestWebsocket
from tortoise import Tortoise
from werkzeug.exceptions import BadHost
from werkzeug.routing import MapAdapter
from werkzeug.wrappers import Response as WerkzeugResponse

from shared.core.settings import Settings
from shared.entrypoints.web import (
    access,
    admission,
    answer_cache,
    connection,
    cookies,
    doorway,
    errors,
    identity,
    language,
    limits,
    links,
    market,
    measuring,
    observability,
    pages,
    security,
    static_files,
    stepup,
    templating,
)
from shared.entrypoints.web.kit import shielded
from shared.infra.database.held_connection import one_connection
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context
from shared.trade.people.rules import COOKIE_DAYS

LAST_SECONDS = 3.0  # how long what is cut off may take to end


class Market(Quart):
    """Quart, with requests that change something shielded from their client's disconnect, and logs
    without addresses.
    """

    asgi_http_class = connection.SentAnswer
    jinja_environment = templating.Templates  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._under_way: set[asyncio.Task[Any]] = set()

    async def handle_request(self, request: Request) -> Response | WerkzeugResponse:
        """Note the requests that are being answered, so that `shutdown` can end them before what
        they use.
        """
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            if request.method in security.UNSAFE:
                return await super().handle_request(request)
            async with one_connection():
                return await super().handle_request(request)
        finally:
            self._under_way.discard(task)

    def ensure_async(self, func: Any) -> Any:
        """As Quart does; a coroutine function, as all of ours are, is known by its flag alone. Each
        request asks of twenty.
        """
        code = getattr(func, "__code__", None)
        if code is not None and code.co_flags & inspect.CO_COROUTINE:
            return func
        return super().ensure_async(func)

    async def shutdown(self) -> None:
        """End what outlasted the server's grace, and only then what it uses: worker, gateway,
        database.

        Hypercorn ends the application first and its requests afterwards. A request that changes
        something goes on for a little (`shielded`) and is cut off then; its transaction is rolled
        back, and what it asked of Stripe has a key.
        """
        for task in list(self._under_way):
            task.cancel()
        await _ended(self._under_way, LAST_SECONDS)
        work = {
            task for task in self.background_tasks if isinstance(task, asyncio.Task)
        }
        await _ended(work, LAST_SECONDS)
        for task in work:
            task.cancel()
        await _ended(work, LAST_SECONDS)
        await super().shutdown()

    async def dispatch_request(
        self, request_context: RequestContext | None = None
    ) -> ResponseReturnValue:
        work = super().dispatch_request(request_context)
        if request.method in security.UNSAFE and request.routing_exception is None:
            return await shielded(work)
        return await work

    def create_url_adapter(
        self, request: BaseRequestWebsocket | None
    ) -> MapAdapter | None:
        """A Host header that no machine can have would fail here, before any error handler; the
        wall refuses it instead.
        """
        try:
            return super().create_url_adapter(request)
        except BadHost:
            if request is None:
                raise
            security.mark_bad_host(request)
            return self.url_map.bind(
                "host.invalid", path_info=request.path, default_method=request.method
            )

    def log_exception(
        self,
        exception_info: tuple[type, BaseException, TracebackType]
        | tuple[None, None, None],
    ) -> None:
        if not has_request_context():  # at the start or the end
            errors.log.error(
                "unhandled error beside any request", exc_info=exception_info
            )
            return
        rule = request.url_rule.rule if request.url_rule else "(no route)"
        errors.log.error("unhandled error at %s", rule, exc_info=exception_info)


async def _ended(
    tasks: Iterable[asyncio.Task[Any]],
    seconds: float,
) -> None:
    """Wait for these tasks, so long at most, whatever they end with."""
    waiting = set(tasks)
    if waiting:
        await asyncio.wait(waiting, timeout=seconds)


def create_app(
    settings: Settings,
    gateway: Gateway,
    blueprints: Sequence[Blueprint],
    *,
    before_serving: Sequence[Callable[[], Awaitable[None]]] = (),
    while_serving: Sequence[Callable[[Quart], AsyncIterator[None]]] = (),
) -> Quart:
    """The application. Raises UnmarkedRouteError when a route says not who may use it.

    It opens the database when nobody has (tests may have), and closes what it opened; it closes the
    gateway. `before_serving` and `while_serving` run inside that, so the database is there for
    them.
    """
    app = Market(
        "markethall",
        root_path=str(pages.ROOT),
        template_folder=str(pages.TEMPLATES),
        static_folder=None,
    )
    app.extensions["markethall"] = Context(gateway, settings)
    _configure(app, settings)
    _around_requests(app, settings)
    _lifecycle(app, settings, gateway, while_serving)
    for callback in before_serving:
        app.before_serving(callback)
    static_files.register(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    access.check_routes(app)
    doorway.register(app)
    answer_cache.register(app, settings)
    _trust_proxies(app, settings)
    return app


def _configure(app: Quart, settings: Settings) -> None:
    app.secret_key = settings.secret_key or development_key(settings.data_dir)
    app.config["SECRET_KEY_FALLBACKS"] = list(settings.old_secret_keys)
    app.session_interface = cookies.SignedCookies()
    app.permanent_session_lifetime = timedelta(days=COOKIE_DAYS)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.config["RESPONSE_TIMEOUT"] = None  # the connection's own
    links.prepare(app)
    pages.prepare(app)


def _around_requests(app: Quart, settings: Settings) -> None:
    """What happens before and after each request, in this order: who it is comes before what one
    may do.
    """
    language.register(app)
    market.register(app)
    observability.register(app)
    measuring.register(app)
    limits.register(app, settings)
    security.register(app, settings)
    app.before_request(identity.load)
    limits.register_tokens(app)
    app.before_request(admission.enforce)
    app.before_request(stepup.enforce)
    errors.register(app)


def development_key(data_dir: Path) -> str:
    """A secret key of this machine's own, made on first use, so that a restart keeps everybody
    signed in.
    """
    path = data_dir / "secret-key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        data_dir.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(
            path,
            os.O_CREAT | os.O_EXCL | os.O_WRONLY,
            0o600,
        )
    except FileExistsError:  # another process was faster
        return path.read_text(encoding="ascii")
    key = secrets.token_urlsafe(48)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(key)
    return key


def _lifecycle(
    app: Quart,
    settings: Settings,
    gateway: Gateway,
    more: Sequence[Callable[[Quart], AsyncIterator[None]]],
) -> None:
    @app.while_serving
    async def _open() -> AsyncGenerator[None, None]:
        opens_database = not Tortoise.is_inited()
        if opens_database:
            await open_database(settings.database_url)
        try:
            yield
        finally:
            await gateway.close()
            if opens_database:
                await close_database()

    for resource in more:
        app.while_serving(_bound(resource, app))


def _bound(
    resource: Callable[[Quart], AsyncIterator[None]], app: Quart
) -> Callable[[], AsyncGenerator[None, None]]:
    async def run() -> AsyncGenerator[None, None]:
        async for _ in resource(app):
            yield

    return run


def _trust_proxies(app: Quart, settings: Settings) -> None:
    """Believe X-Forwarded-For of as many proxies as the settings say stand before us; of none by
    default.
    """
    hops = int(getattr(settings, "trusted_proxies", 0))
    if hops:
        behind = ProxyFixMiddleware(app.asgi_app, mode="legacy", trusted_hops=hops)
        app.asgi_app = behind  # type: ignore[method-assign]
