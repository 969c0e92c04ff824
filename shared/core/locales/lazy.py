"""Sentences of forms: said long before anybody reads them.

Apart from the others, since Babel comes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from babel.support import LazyProxy

from shared.core.locales import gettext

Say: TypeAlias = Callable[..., str]


def lazy_gettext(message: str, /, **values: Any) -> str:
    """A sentence that is translated each time it is read: labels and messages of forms."""
    return lazy(gettext, message, **values)


def lazy(say: Say, /, *args: Any, **values: Any) -> str:
    """What `say` says of these, asked each time it is read."""
    return cast("str", LazyProxy(say, *args, enable_cache=False, **values))
