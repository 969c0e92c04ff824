"""What was asked of the stand-in during a test, held against the SDK's own parameter types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.sdkspec import check_request

if TYPE_CHECKING:
    from tests.support.sandbox import RunningSandbox


def seen_so_far(sandbox: RunningSandbox) -> int:
    """The number of the last request in the stand-in's log."""
    log = _log(sandbox, after=0)
    return int(log[-1]["n"]) if log else 0


def problems(sandbox: RunningSandbox, *, after: int) -> list[str]:
    """What the SDK's types say against the requests that came after number `after`.

    What a browser sends is Stripe.js' own wire, which the SDK does not describe.
    """
    found: list[str] = []
    for entry in _log(sandbox, after=after):
        if entry["browser"]:
            continue
        where = f"{entry['method']} {entry['path']}"
        found += [f"{where}: {problem}" for problem in check_request(entry["method"], entry["path"], entry["params"])]
    return found


def _log(sandbox: RunningSandbox, *, after: int) -> list[dict[str, Any]]:
    log: list[dict[str, Any]] = sandbox.control("GET", f"requests?after={after}")
    return log
