"""What a delivery of an event carries: its body, and its signature (stripe-facts 15)."""

from __future__ import annotations

import hashlib
import hmac

from shared.sandbox.store import Document, Json


def payload(event: Document, endpoint: Document) -> Json:
    """The event as this endpoint gets it: of the endpoint's own API version, if it has one
    (stripe-facts 15.4).
    """
    return {
        **event.body,
        "api_version": endpoint.body["api_version"] or event.body["api_version"],
    }


def live_secrets(endpoint: Document, now: float) -> list[str]:
    """All secrets that sign at this moment: during a roll there are two (stripe-facts 15.6)."""
    return [
        entry["secret"]
        for entry in endpoint.hidden["secrets"]
        if entry["expires"] is None or entry["expires"] > now
    ]


def signature(
    body: bytes,
    secrets: list[str],
    moment: int,
) -> str:
    """The Stripe-Signature header: HMAC-SHA256 over "t.body", keyed with the whole secret string
    (stripe-facts 15).
    """
    parts = [f"t={moment}"]
    for secret in secrets:
        digest = hmac.new(
            secret.encode(),
            f"{moment}.".encode() + body,
            hashlib.sha256,
        ).hexdigest()
        parts.append(f"v1={digest}")
    return ",".join(parts)
