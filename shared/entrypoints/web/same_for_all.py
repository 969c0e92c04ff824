"""Pages that are the same for every visitor who sends no cookie of ours: their answers are kept
in memory (answer_cache.py) until something that they show changes.

A page may carry the mark when all that it depends on is its address, the language, and tables
whose changes are noted (migration 0045). It has no form token and sets no cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from quart import has_request_context, request

from shared.entrypoints.web.outside import Route

F = TypeVar(
    "F",
    bound=Callable[..., Any],
)

_FILLING = "markethall.filling"  # of the request's scope


@dataclass
class Filling:
    """An answer that may be kept once it is there.

    `seen` is the last change that was known before anything was read for it. `vendor_id` is
    whose changes alone matter to it; without one everybody's do. `route`: how its callers count.
    """

    seen: int
    vendor_id: int | None = None
    is_wanted: bool = True
    route: Route | None = None


def same_for_all(*parameters: str) -> Callable[[F], F]:
    """Mark a page that is the same for all; `parameters` are those of its address that it reads.

    With any other parameter its answer is not kept: a stranger can make up any number of them.
    """

    def decorate(view: F) -> F:
        view.market_same_for_all = frozenset(parameters)  # type: ignore[attr-defined]
        return view

    return decorate


def parameters_of(view: object) -> frozenset[str] | None:
    """Return the parameters that a view reads; None for one that is not the same for all."""
    return getattr(view, "market_same_for_all", None)


def begin(
    scope: Any,
    filling: Filling,
) -> None:
    """Let the views find what is being filled by this request."""
    scope[_FILLING] = filling


def shows_only(vendor_id: int) -> None:
    """Say that this page shows one vendor's things alone: others' changes leave it as it is."""
    if (found := filling()) is not None:
        found.vendor_id = vendor_id


def keep_not() -> None:
    """Say that this answer is not what it should be: nobody else is to get it."""
    if (found := filling()) is not None:
        found.is_wanted = False


def filling() -> Filling | None:
    """Return what this request fills, if it does."""
    if not has_request_context():
        return None
    return cast(
        "Filling | None",
        cast(
            "Any",
            request.scope,
        ).get(_FILLING),
    )
