"""Faults of the stand-in while a payment is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.sandbox import RunningSandbox


def fault(
    sandbox: RunningSandbox, effect: str, path: str = "/v1/payment_intents", **more: Any
) -> None:
    """Let the stand-in misbehave for the API calls below `path`."""
    match = {"method": "POST", "path": path}
    sandbox.control(
        "PUT",
        "faults",
        {"rules": [{"match": match, "effect": effect, **more}]},
    )
