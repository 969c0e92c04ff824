"""What the outbox tells whoever sends mails."""

from __future__ import annotations

from dataclasses import dataclass

from shared.infra.unit import Event


@dataclass(frozen=True)
class MailPosted(Event):
    """A mail is written and waits to be sent."""

    unique_key: str
