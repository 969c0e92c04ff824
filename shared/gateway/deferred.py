"""A gateway that is made when Stripe is first asked: the SDK takes a sixth of the start to import, and no first page needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from shared.gateway.seam import Gateway


class _Deferred:
    """Stands for a gateway until one of its methods is wanted."""

    def __init__(self, make: Callable[[], Gateway]) -> None:
        self._make = make
        self._made: Gateway | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)

    async def close(self) -> None:
        """Close what was made, if anything was."""
        if self._made is not None:
            await self._made.close()


def deferred(make: Callable[[], Gateway]) -> Gateway:
    """A gateway whose own `make` is called with the first question, and never for `close` alone."""
    return cast("Gateway", _Deferred(make))
