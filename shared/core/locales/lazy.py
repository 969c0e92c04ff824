"""Sentences of forms: said long before anybody reads them.

Apart from the others, since Babel comes with it.
"""

from __future__ import annotations

from typing import Any, cast

from babel.support import LazyProxy

from shared.core.locales import gettext


def lazy_gettext(message: str, /, **values: Any) -> str:
    """A sentence that is translated each time it is read: labels and messages of forms."""
    return cast("str", LazyProxy(gettext, message, enable_cache=False, **values))
