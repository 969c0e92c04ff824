"""What each test's own application and database would work out anew, and is the same every time:
worked out once a process.

Of a test of a page this is about half of the work before its first request.
"""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from copy import copy
from functools import cache
from types import MethodType
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from tortoise.apps import Apps
from tortoise.backends.base.executor import EXECUTOR_CACHE, BaseExecutor
from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import CodeType

    from jinja2.bccache import Bucket
    from tortoise import Model
    from tortoise.models import MetaInfo


class _Templates(BytecodeCache):
    """What Jinja made of each template: a test's own application takes it over instead of compiling
    it again, and so do the other processes of a run.
    """

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}
        self._together: FileSystemBytecodeCache | None = None

    def share(self, folder: Path) -> None:
        """Keep it in a folder that every process of the run has."""
        folder.mkdir(exist_ok=True)
        self._together = FileSystemBytecodeCache(str(folder))

    def load_bytecode(self, bucket: Bucket) -> None:
        known = (bucket.key, bucket.checksum)
        if known not in self._code and self._together is not None:
            self._together.load_bytecode(bucket)
            self._keep(bucket)
        bucket.code = self._code.get(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._keep(bucket)
        if self._together is not None:
            self._together.dump_bytecode(bucket)

    def _keep(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = _Templates()


# What Werkzeug reads from a route, and nobody changes later.
_OF_A_ROUTE = (
    "_parts",
    "_trace",
    "_converters",
    "arguments",
)
# Its ways back to an address: functions that it compiles.
_WAYS_BACK = ("_build", "_build_unknown")


@contextmanager
def addresses() -> Iterator[None]:
    """What Werkzeug makes of each route of an application."""
    real: Callable[[Rule], None] = Rule.compile
    known: dict[object, dict[str, Any]] = {}

    def compile_once(rule: Rule) -> None:
        defaults = frozenset((rule.defaults or {}).items())
        text = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes)
        key = (*text, defaults, *rule.map.converters.values())
        if key not in known:
            real(rule)
            kept = {name: getattr(rule, name) for name in _OF_A_ROUTE}
            ways = {name: getattr(rule, name).__func__ for name in _WAYS_BACK}
            known[key] = {**kept, **ways}
        for name, value in known[key].items():
            is_way = name in _WAYS_BACK
            setattr(rule, name, MethodType(value, rule) if is_way else value)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", compile_once)
        yield


# What Tortoise works out of a model for one engine. All else that it does with a model it does
# alike for each.
_LISTS = ("db_native_fields", "db_default_fields", "db_complex_fields")
_OBJECTS = ("basetable", "basequery", "basequery_all_fields")


@contextmanager
def queries() -> Iterator[None]:
    """What queries begin with, of each model and engine: filters (`name__in`), fields, the bare
    SELECT.
    """
    real: Callable[[Apps], None] = Apps._build_initial_querysets
    known: dict[object, dict[MetaInfo, dict[str, Any]]] = {}

    def build_once(apps: Apps) -> None:
        metas = [model._meta for app in apps.apps.values() for model in app.values()]
        key = (metas[0].db.executor_class, *metas)
        if key not in known:
            real(apps)
            known[key] = {meta: _kept(meta) for meta in metas}
        for meta, kept in known[key].items():
            for name, value in kept.items():
                setattr(meta, name, value if name in _OBJECTS else copy(value))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Apps, "_build_initial_querysets", build_once)
        yield


@contextmanager
def statements() -> Iterator[None]:
    """The SQL that writes rows of a model, for each engine.

    Tortoise keeps it by the name of the connection, whatever its engine: without this each test
    would have to forget it, lest it be that of the engine before.
    """
    real: Callable[..., None] = BaseExecutor.__init__
    known: dict[tuple[type[BaseExecutor], type[Model]], Any] = {}

    def known_again(
        self: BaseExecutor, model: type[Model], db: Any, *args: Any, **named: Any
    ) -> None:
        meta, whose = model._meta, (type(self), model)
        key = (db.connection_name, meta.schema, meta.db_table)
        if whose in known:
            EXECUTOR_CACHE[key] = known[whose]
        else:
            EXECUTOR_CACHE.pop(key, None)
        real(self, model, db, *args, **named)
        known[whose] = EXECUTOR_CACHE[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseExecutor, "__init__", known_again)
        yield


def _kept(meta: MetaInfo) -> dict[str, Any]:
    found = {name: copy(getattr(meta, name)) for name in (*_LISTS, "filters")}
    return {**found, **{name: getattr(meta, name) for name in _OBJECTS}}


@contextmanager
def authorities() -> Iterator[None]:
    """The certificate authorities that Stripe's SDK reads from its file for each client."""
    real = ssl.create_default_context
    of_a_file = cache(lambda path: real(cafile=path))

    def read_once(*given: Any, **named: Any) -> ssl.SSLContext:
        if given or named.keys() != {"cafile"}:
            return real(*given, **named)
        return of_a_file(named["cafile"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", read_once)
        yield
