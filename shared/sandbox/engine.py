"""One API request from key to answer, without HTTP: who asks, what is asked, once or again, and all
or nothing.
"""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from shared.sandbox import audit, errors, shapes
from shared.sandbox.config import API_VERSION
from shared.sandbox.objects import check_expand, expand
from shared.sandbox.resources import files
from shared.sandbox.routes import Route, find
from shared.sandbox.store import Json
from shared.sandbox.world import Act, World, home_of, platform_of

_log = logging.getLogger(__name__)
_KEEP_SECONDS = 24 * 3600
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?\Z")
_LOG_LENGTH = 5000


@dataclass(frozen=True)
class Request:
    """What came over the wire."""

    method: str
    path: str
    params: Json
    headers: dict[str, str]  # lower-case names


@dataclass
class Reply:
    """What goes back."""

    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    content: tuple[bytes, str] | None = None  # a file's, with its type, in place of the body


@dataclass(frozen=True)
class Caller:
    """Who asks, and on which account."""

    key: str
    platform: str
    scope: str
    publishable: bool


class Engine:
    """Answers requests against one world; everything in it runs without giving up the event
    loop.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.log: deque[Json] = deque(maxlen=_LOG_LENGTH)
        self.logged = 0
        self.in_flight: set[tuple[str, str]] = set()

    def answer(self, request: Request) -> Reply:
        """The reply to one request, with the headers of stripe-facts 1."""
        id = f"req_{self.world.token(14)}"
        try:
            reply = self._answer(request, id)
        except errors.ApiError as error:
            reply = Reply(error.status, json.dumps(error.body))
        except Exception:  # a fault of ours must still look like one of Stripe's
            _log.exception("%s %s", request.method, request.path)
            reply = Reply(500, json.dumps(errors.unknown_error().body))
        reply.headers.setdefault("Request-Id", id)
        reply.headers.setdefault(
            "Stripe-Version", request.headers.get("stripe-version") or API_VERSION
        )
        if key := idempotency_key(request):
            reply.headers["Idempotency-Key"] = key
        self.record(request, reply.status)
        return reply

    def record(self, request: Request, status: int | None) -> None:
        """Remember a request for `GET /_control/requests`; None stands for a connection that was
        cut.
        """
        self.logged += 1
        self.log.append(
            {
                "n": self.logged,
                "at": self.world.clock.seconds(),
                "method": request.method,
                "path": request.path,
                "params": request.params,
                "status": status,
                "idempotency_key": idempotency_key(request),
                "stripe_account": request.headers.get("stripe-account"),
                "browser": "key" in request.params,
            }
        )

    def _answer(self, request: Request, id: str) -> Reply:
        caller = self.caller(request)
        version = request.headers.get("stripe-version") or API_VERSION
        if not _VERSION.match(version):
            raise errors.bad_version(version)
        if (
            file := files.asked_for(request.method, request.path)
        ) is not None and not caller.publishable:
            return Reply(
                200,
                "",
                content=files.contents(
                    Act(self.world, caller.platform, caller.scope, id),
                    file,
                ),
            )
        found = find(request.method, request.path)
        if found is None:
            raise errors.no_route(request.method, request.path)
        route, ids = found
        if caller.publishable and route.browser is None:
            raise errors.secret_key_required()
        key = idempotency_key(request)
        if key is not None and len(key) > 255:
            raise errors.ApiError(
                400,
                "Idempotency keys must be at most 255 characters long.",
                type="idempotency_error",
                stored=False,
            )
        act = Act(
            self.world,
            caller.platform,
            caller.scope,
            id,
            key,
            caller.publishable,
        )
        if key is not None and (replay := self._replay(act, request, key)):
            return replay
        params = _read(route, request.params, caller)
        return self._perform(act, route, ids, params, request)

    def caller(self, request: Request) -> Caller:
        """The key and account of a request, or 401 or 403 (stripe-facts 3.12)."""
        key = _key(request)
        publishable = key.startswith("pk_test_")
        if not key.startswith(("sk_test_", "pk_test_")) or len(key) <= 8:
            raise errors.bad_key(key)
        platform = platform_of(key)
        home = home_of(platform)
        account = request.headers.get("stripe-account") or home
        if account != home and not self.world.store.find(
            platform, account, scope=home, object="account"
        ):
            raise errors.foreign_account(key, account)
        return Caller(key, platform, account, publishable)

    def _perform(
        self, act: Act, route: Route, ids: dict[str, str], params: Json, request: Request
    ) -> Reply:
        paths = params.get("expand") or []
        check_expand(route.returns, paths)
        store = self.world.store
        if request.method == "GET":
            body = route.handler(act, ids, params)
            return Reply(
                200,
                json.dumps(expand(act, body, paths) if paths else body),
            )
        failure: errors.ApiError | None = None
        try:
            with store.transaction():
                try:
                    body = route.handler(act, ids, params)
                    reply = Reply(
                        200,
                        json.dumps(expand(act, body, paths) if paths else body),
                    )
                except errors.ApiError as error:
                    if not error.keeps:
                        raise
                    reply = Reply(error.status, json.dumps(error.body))
                if self.world.config.audit and (found := audit.problems(store, act.platform)):
                    raise AssertionError(f"the books are wrong: {'; '.join(found)}")
                self._store(act, request, reply)
        except errors.ApiError as error:
            failure = error
        except Exception:
            _log.exception("%s %s", request.method, request.path)
            failure = errors.unknown_error()
        if failure is not None:
            reply = Reply(failure.status, json.dumps(failure.body))
            if failure.stored and act.idempotency_key:
                with store.transaction():
                    self._store(act, request, reply)
        if store.due:
            self.world.ring()
        return reply

    def keep(self, request: Request, reply: Reply) -> None:
        """Remember an answer under the request's key as if it had been carried out (`stored` fault
        rules).
        """
        caller = self.caller(request)
        id, key = reply.headers["Request-Id"], idempotency_key(request)
        with self.world.store.transaction():
            self._store(
                Act(
                    self.world,
                    caller.platform,
                    caller.scope,
                    id,
                    key,
                    caller.publishable,
                ),
                request,
                reply,
            )

    def _store(self, act: Act, request: Request, reply: Reply) -> None:
        if act.idempotency_key is None:
            return
        row = (
            act.scope,
            act.idempotency_key,
            request.method,
            request.path,
            _comparable(request.params),
            reply.status,
            reply.body,
            act.request,
            act.now,
        )
        self.world.store.db.execute(
            "INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row
        )

    def _replay(
        self,
        act: Act,
        request: Request,
        key: str,
    ) -> Reply | None:
        sql = (
            "SELECT method, path, params, status, body, request FROM idempotency WHERE key = ? "
            "AND scope = ? AND created > ?"
        )
        row = self.world.store.db.execute(
            sql,
            (key, act.scope, act.now - _KEEP_SECONDS),
        ).fetchone()
        if row is None:
            return None
        method, path, params, status, body, original = row
        if (method, path) != (request.method, request.path):
            message = (
                "Keys for idempotent requests can only be used for the same endpoint they were "
                "first used for "
                f"('{path}' vs '{request.path}'). Try using a key other than '{key}' if you meant "
                "to execute a different request."
            )
            raise errors.ApiError(400, message, type="idempotency_error", stored=False)
        if params != _comparable(request.params):
            message = (
                "Keys for idempotent requests can only be used with the same parameters they were "
                "first used with. Try "
                f"using a key other than '{key}' if you meant to execute a different request."
            )
            raise errors.ApiError(400, message, type="idempotency_error", stored=False)
        return Reply(status, body, {"Original-Request": original, "Idempotent-Replayed": "true"})

    def hold(self, request: Request) -> tuple[str, str] | None:
        """Mark a request's key as in use while it waits; 409 when it already is (stripe-facts
        4.7).
        """
        key = idempotency_key(request)
        if key is None:
            return None
        held = (self.caller(request).scope, key)
        self.refuse_busy(request)
        self.in_flight.add(held)
        return held

    def refuse_busy(self, request: Request) -> None:
        """409 when another request with the same key is still running."""
        key = idempotency_key(request)
        if (
            key is None
            or not self.in_flight
            or (self.caller(request).scope, key) not in self.in_flight
        ):
            return
        message = (
            "There is currently another in-progress request using this Idempotent Key (that "
            "probably means you "
            f"submitted twice, and the other request is still going through): {key}. Please try "
            "again later."
        )
        raise errors.ApiError(
            409, message, type="idempotency_error", code="idempotency_key_in_use", stored=False
        )


def idempotency_key(request: Request) -> str | None:
    """Keys count on POST alone (stripe-facts 4.1)."""
    return (request.headers.get("idempotency-key") or None) if request.method == "POST" else None


def _comparable(params: Json) -> str:
    return json.dumps(params, sort_keys=True)


def _key(request: Request) -> str:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    key = value.strip() or request.params.get("key", "")
    if not isinstance(key, str) or not key:
        raise errors.no_key()
    return key


def _read(route: Route, given: Json, caller: Caller) -> Json:
    for name, code in route.retired.items():
        if name in given:
            message = (
                f"The parameter `{name}` is no longer supported. Use "
                "`allowed_payment_method_types` instead."
            )
            raise errors.ApiError(
                400,
                message,
                code=code,
                param=name,
                stored=False,
            )
    if caller.publishable and (
        refused := next((name for name in given if name in route.server), None)
    ):
        raise errors.secret_parameter(refused)
    extra: dict[str, Any] = (route.browser or {}) if caller.publishable else {}
    named = f"{route.method} {route.template}" if route.like is None else route.like
    return shapes.read(named, given, extra)
