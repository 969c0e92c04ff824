"""The webhook endpoints as they are registered at Stripe, which `doctor` looks at."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from shared.core.frozen import frozen
from shared.core.settings import Settings
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.findings import Finding
from shared.finance.inbox.handlers import handlers
from shared.infra.gateway.calls import API_VERSION


@frozen
class OurEndpoint:
    """An endpoint of ours as it should be registered."""

    url: str
    path: str
    scope: str
    events: frozenset[str]
    has_signing_key: bool

    @property
    def name(self) -> str:
        """How findings call it."""
        return f"Webhook endpoint {self.path}"


def registered(
    settings: Settings,
    listed: list[Any],
) -> list[Finding]:
    """What is to be said of each of our endpoints, after those that Stripe lists."""
    return [_finding(wanted, listed) for wanted in _ours(settings)]


def _ours(settings: Settings) -> list[OurEndpoint]:
    doors = (
        ("platform", addresses.PLATFORM_EVENTS, "Your account"),
        ("connect", addresses.CONNECT_EVENTS, "Connected accounts"),
    )
    return [
        OurEndpoint(
            url=settings.public_url + path,
            path=path,
            scope=scope,
            events=frozenset(handlers()[source]),
            has_signing_key=bool(settings.stripe.secrets_of(source)),
        )
        for source, path, scope in doors
    ]


def _finding(wanted: OurEndpoint, listed: list[Any]) -> Finding:
    name, address = wanted.name, urlsplit(wanted.url)[1:3]
    there = (each for each in listed if urlsplit(each["url"])[1:3] == address)
    endpoint = next(there, None)
    if endpoint is None:
        advice = (
            f'Create an endpoint for events of "{wanted.scope}" at {wanted.url}, version '
            f"{API_VERSION}, events: {', '.join(sorted(wanted.events))}."
        )
        return Finding(f"{name} is not registered.", advice)
    if not wanted.has_signing_key:
        return Finding(
            f"{name} has no signing secret here.",
            "Copy its whsec_... secret into the settings.",
        )
    if endpoint.get("status", "enabled") != "enabled":
        return Finding(
            f"{name} is disabled.",
            "Enable it in the Stripe dashboard; Stripe delivers again what was missed.",
        )
    enabled = set(endpoint.get("enabled_events", []))
    missing = set() if "*" in enabled else wanted.events - enabled
    if missing:
        return Finding(
            f"{name} lacks events.", f"Enable: {', '.join(sorted(missing))}."
        )
    version = endpoint.get("api_version")
    if version not in (None, API_VERSION):
        return Finding(
            f"{name} sends version {version}.",
            f"Make a new endpoint with version {API_VERSION}.",
        )
    return Finding(f"{name} is registered with its {len(wanted.events)} events.")
