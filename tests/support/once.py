"""What each test's own application and database would work out anew, and is the same every time: worked out once a process.

Of a test of a page this is about half of the work before its first request.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import BytecodeCache
from tortoise.models import MetaInfo
from werkzeug.routing import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2.bccache import Bucket


class Templates(BytecodeCache):
    """What Jinja made of each template: a test's own application takes it over instead of compiling it again."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


@contextmanager
def addresses() -> Iterator[None]:
    """Werkzeug's way back from a route to its address: a function that it compiles for every route."""
    real: Callable[..., Any] = Rule._compile_builder
    known: dict[object, Any] = {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        defaults = frozenset((rule.defaults or {}).items())
        key = (rule.rule, rule.subdomain, rule.host, defaults, append_unknown)
        if key not in known:
            known[key] = real(rule, append_unknown)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compile_once)
        yield


@contextmanager
def filters() -> Iterator[None]:
    """Tortoise's filters of each model (`name__in` and so on), of which some are an engine's own."""
    real: Callable[[MetaInfo], None] = MetaInfo._generate_filters
    known: dict[object, dict[str, Any]] = {}

    def generate_once(meta: MetaInfo) -> None:
        if not meta._model.__module__.startswith("shared."):  # a migration's, made for the moment
            real(meta)
            return
        key = (meta._model, meta.db.executor_class)
        if key in known and len(known[key]) == len(meta._filters):
            meta.filters = dict(known[key])
        else:
            real(meta)
            known[key] = dict(meta.filters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MetaInfo, "_generate_filters", generate_once)
        yield
