"""What a stand-in is told when it starts."""

from __future__ import annotations

from dataclasses import dataclass

API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True)
class EndpointConfig:
    """A webhook endpoint that exists from the start and again after every reset."""

    url: str
    secret: str
    connect: bool
    enabled_events: tuple[str, ...] = ("*",)


@dataclass(frozen=True)
class SandboxConfig:
    """Everything that one stand-in needs; nothing is read from the environment."""

    database: str  # a path, or ":memory:"
    base_url: (
        str  # without a trailing slash; stands in every address that is handed out
    )
    secret_key: str = "sk_test_markethall"  # the marketplace's own platform
    endpoints: tuple[EndpointConfig, ...] = ()
    # seconds until transfer, fee and balance transactions follow a captured charge
    settle_delay: float = 0.3
    retry_delays: tuple[float, ...] = (5, 60, 3600)
    delivery_timeout: float = 10.0
    seed: int | None = (
        None  # with one, the same requests get the same ids; without, nobody can foretell them
    )
    # prove after every change that no money appeared or vanished; slow, for tests
    audit: bool = False
