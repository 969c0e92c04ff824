"""How modules are imported: many at once without looking for garbage, a heavy one when it is
needed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


@contextmanager
def importing() -> Iterator[None]:
    """Import inside this block, or function: Python looks for no garbage meanwhile, and would find
    none.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class Late:
    """A library that is imported when something of it is first asked for.

    For one that takes milliseconds and that most processes never need. Type checkers get the
    library itself:

        if TYPE_CHECKING:
            import segno
        else:
            segno = Late("segno")
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(import_module(self._name), attribute)
        setattr(self, attribute, found)
        return found
