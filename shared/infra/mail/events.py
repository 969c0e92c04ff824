"""What the outbox tells whoever sends mails."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.unit import Event


@frozen
class MailPosted(Event):
    """A mail is written and waits to be sent."""

    unique_key: str
