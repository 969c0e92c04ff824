"""Mails go out under the marketplace's own name and address."""

from __future__ import annotations

from typing import Any

from shared.infra.jobs import queue
from shared.infra.mail import service as mail
from shared.infra.mail.service import Letterhead
from shared.trade.marketplace.presentation import shown


async def letterhead() -> Letterhead:
    """The marketplace's own, as it is set now. One query."""
    identity = (await shown()).identity
    return Letterhead(identity.name, identity.sender, identity.contact_email)


async def send(context: queue.Context, args: dict[str, Any]) -> None:
    """Job `mail.send`."""
    await mail.send_with(context, args, await letterhead())
