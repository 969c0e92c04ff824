"""What pages and mails have in common: how templates are kept, and how they call.

Templates stay compiled from one start to the next, as Python's own modules do, and beside them.

Compiling those of the first page is a sixth of a start. What is kept counts as long as the text of
the template, Jinja and the environment are the same; where nothing can be written, as where nothing
is kept, a template is compiled when it is first asked for.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.runtime import Context, Macro

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from jinja2 import Environment
    from jinja2.bccache import Bucket

_PLAIN = (FunctionType, MethodType)


class CompiledTemplates(jinja2.FileSystemBytecodeCache):
    """Where the compiled templates of one folder are kept, for environments of one kind."""

    def __init__(self, folder: Path, kind: str) -> None:
        kept = Path(cache_from_source(str(folder / "template.py"))).parent
        super().__init__(str(kept), f"{kind}-%s.{sys.implementation.cache_tag}")

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        """What is kept of another Jinja, or was compiled in another way, does not count."""
        known = f"{jinja2.__version__} {_way(environment)}\n{source}"
        return super().get_bucket(environment, name, filename, known)

    def load_bytecode(self, bucket: Bucket) -> None:
        """What cannot be read, or was broken off, is not there."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, UnpicklingError):
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it, unless Python keeps nothing either, or the folder takes nothing."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def _way(environment: Environment) -> str:
    """What else decides how a template is compiled."""
    return repr(
        (
            environment.autoescape,
            environment.is_async,
            environment.trim_blocks,
            environment.lstrip_blocks,
            sorted(environment.extensions),
            sorted(environment.filters),
            sorted(environment.tests),
        )
    )


class QuickContext(Context):
    """Calls plain functions, methods and macros as they are; Jinja asks of each, at each call, what
    else it takes.
    """

    def call(
        self,
        obj: Callable[..., Any],
        /,
        *given: Any,
        **named: Any,
    ) -> Any:
        is_macro = type(obj) is Macro
        is_plain = type(obj) in _PLAIN and not hasattr(obj, "jinja_pass_arg")
        if not (is_macro or is_plain):
            return super().call(obj, *given, **named)
        named.pop("_loop_vars", None)
        named.pop("_block_vars", None)
        if is_macro:
            return obj(self.eval_ctx, *given, **named)
        return obj(*given, **named)


class QuickEnvironment(jinja2.Environment):
    """Calls as `QuickContext` does, and looks names up in one place.

    Jinja lays a map over an environment's names for each template, for those that this one alone
    may have, and reads through both, in Python, whenever a template begins. No template of ours
    has any.
    """

    context_class = QuickContext

    def make_globals(
        self, d: MutableMapping[str, Any] | None
    ) -> MutableMapping[str, Any]:
        """The environment's names themselves, unless a template has some of its own."""
        return super().make_globals(d) if d else self.globals
