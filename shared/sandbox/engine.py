"""One API request from key to answer, without HTTP: who asks, what is asked, once or again, and all
or nothing.
"""

from __future__ import annotations

import json
import logging
import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from shared.sandbox import audit, errors, idempotency, shapes
from shared.sandbox.config import API_VERSION
from shared.sandbox.expansion import check_expand, expand
from shared.sandbox.idempotency import idempotency_key
from shared.sandbox.requests import Caller, Reply, Request, caller_of
from shared.sandbox.resources import files
from shared.sandbox.routes import find
from shared.sandbox.routing import Route
from shared.sandbox.store import Json
from shared.sandbox.world import Act, World

_log = logging.getLogger(__name__)
_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?\Z")
_LOG_LENGTH = 5000


@dataclass(frozen=True)
class Call:
    """A request that found its route: the handler, and what it is called with."""

    act: Act
    route: Route
    ids: dict[str, str]
    params: Json

    def reply(self) -> Reply:
        """Carry it out, and expand what was asked for."""
        paths = self.params.get("expand")
        body = self.route.handler(self.act, self.ids, self.params)
        if paths:
            body = expand(self.act, body, paths)
        return Reply(200, json.dumps(body))


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
        caller = caller_of(self.world, request)
        _check_version(request)
        file = files.asked_for(request.method, request.path)
        if file is not None and not caller.publishable:
            act = Act(self.world, caller.platform, caller.scope, id)
            return Reply(200, "", content=files.contents(act, file))
        route, ids = _routed(request, caller)
        act = self._act(caller, id, idempotency.checked_key(request))
        if replay := idempotency.replay(act, request):
            return replay
        return self._perform(
            Call(act, route, ids, _read(route, request.params, caller)),
            request,
        )

    def _act(
        self,
        caller: Caller,
        id: str,
        key: str | None,
    ) -> Act:
        return Act(
            self.world, caller.platform, caller.scope, id, key, caller.publishable
        )

    def _perform(self, call: Call, request: Request) -> Reply:
        check_expand(call.route.returns, call.params.get("expand") or [])
        if request.method == "GET":
            return call.reply()
        try:
            reply = self._carry_out(call, request)
        except errors.ApiError as error:
            reply = self._failed(call.act, request, error)
        except Exception:
            _log.exception("%s %s", request.method, request.path)
            reply = self._failed(call.act, request, errors.unknown_error())
        if self.world.store.due:
            self.world.ring()
        return reply

    def _carry_out(self, call: Call, request: Request) -> Reply:
        """Do all of it or nothing; the answer is kept under the request's key along with it."""
        store = self.world.store
        with store.transaction():
            try:
                reply = call.reply()
            except errors.ApiError as error:
                if not error.keeps:
                    raise
                reply = Reply(error.status, json.dumps(error.body))
            if self.world.config.audit and (
                found := audit.problems(store, call.act.platform)
            ):
                raise AssertionError(f"the books are wrong: {'; '.join(found)}")
            idempotency.store(call.act, request, reply)
        return reply

    def _failed(
        self,
        act: Act,
        request: Request,
        failure: errors.ApiError,
    ) -> Reply:
        """The answer to a request that left nothing behind, kept under its key as Stripe does."""
        reply = Reply(failure.status, json.dumps(failure.body))
        if failure.stored and act.idempotency_key:
            with self.world.store.transaction():
                idempotency.store(act, request, reply)
        return reply

    def keep(self, request: Request, reply: Reply) -> None:
        """Remember an answer under the request's key as if it had been carried out (`stored` fault
        rules).
        """
        caller = caller_of(self.world, request)
        act = self._act(caller, reply.headers["Request-Id"], idempotency_key(request))
        with self.world.store.transaction():
            idempotency.store(act, request, reply)

    def hold(self, request: Request) -> tuple[str, str] | None:
        """Mark a request's key as in use while it waits; 409 when it already is (stripe-facts
        4.7).
        """
        key = idempotency_key(request)
        if key is None:
            return None
        held = (caller_of(self.world, request).scope, key)
        self.refuse_busy(request)
        self.in_flight.add(held)
        return held

    def refuse_busy(self, request: Request) -> None:
        """409 when another request with the same key is still running."""
        key = idempotency_key(request)
        if key is None or not self.in_flight:
            return
        if (caller_of(self.world, request).scope, key) in self.in_flight:
            raise idempotency.in_use(key)


def _check_version(request: Request) -> None:
    version = request.headers.get("stripe-version") or API_VERSION
    if not _VERSION.match(version):
        raise errors.bad_version(version)


def _routed(
    request: Request,
    caller: Caller,
) -> tuple[Route, dict[str, str]]:
    """The route of a request and the ids in its path, if this caller may take it."""
    found = find(request.method, request.path)
    if found is None:
        raise errors.no_route(request.method, request.path)
    if caller.publishable and found[0].browser is None:
        raise errors.secret_key_required()
    return found


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
    extra: dict[str, Any] = {}
    if caller.publishable:
        refused = [name for name in given if name in route.server]
        if refused:
            raise errors.secret_parameter(refused[0])
        extra = route.browser or {}
    named = route.like
    if named is None:
        named = f"{route.method} {route.template}"
    return shapes.read(named, given, extra)
