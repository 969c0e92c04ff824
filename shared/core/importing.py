"""How modules are imported: many at once without looking for garbage, a heavy one when it is
needed or not at all.
"""

from __future__ import annotations

import gc
import sys
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


@contextmanager
def without(*libraries: str) -> Iterator[None]:
    """Import inside this block as if these libraries were not installed."""
    absent = [name for name in libraries if name not in sys.modules]
    hidden: Any = sys.modules  # None in it: there is none
    hidden.update(dict.fromkeys(absent))
    try:
        yield
    finally:
        for name in absent:
            del hidden[name]


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
