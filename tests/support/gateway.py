"""Walks over the gateway, for tests that ask something of its every method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.infra.gateway.calls import Resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.infra.gateway.gateway import Gateway


def methods_of(gateway: Gateway) -> dict[str, Callable[..., Any]]:
    """Every question to Stripe by its name, `refunds.create`."""
    resources = {
        name: one for name, one in vars(gateway).items() if isinstance(one, Resource)
    }
    return {
        f"{name}.{method}": getattr(resource, method)
        for name, resource in resources.items()
        for method in dir(resource)
        if not method.startswith("_")
    }
