"""What was asked of the stand-in during a test, held against the SDK's own parameter types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.sdkspec import check_request

if TYPE_CHECKING:
    from tests.support.sandbox import RunningSandbox


def problems(sandbox: RunningSandbox) -> list[str]:
    """What the SDK's types say against the requests since the stand-in was emptied.

    What a browser sends is Stripe.js' own wire, which the SDK does not describe.
    """
    found: list[str] = []
    for entry in sandbox.control("GET", "requests"):
        if entry["browser"]:
            continue
        where = f"{entry['method']} {entry['path']}"
        found += [
            f"{where}: {problem}"
            for problem in check_request(
                entry["method"], entry["path"], entry["params"]
            )
        ]
    return found
