"""Calls about saved cards that break at the stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.sandbox import RunningSandbox


def broken(
    sandbox: RunningSandbox,
    path: str,
    effect: str = "status",
    method: str = "POST",
    **more: Any,
) -> None:
    """Let the stand-in misbehave below `path`; without a path it is well again."""
    if not path:
        sandbox.faults()
        return
    given = {"status": 503, "stored": True} if effect == "status" else {}
    sandbox.breaks(path, effect, method=method, **{**given, **more})
