"""Mails go out under the marketplace's own name and address."""

from __future__ import annotations

from shared.infra.jobs import Context, Manner, job
from shared.infra.mail import service as mail
from shared.infra.mail.events import MailPosted
from shared.infra.mail.service import Letterhead
from shared.infra.unit import Transaction
from shared.trade.marketplace.presentation import shown


async def letterhead() -> Letterhead:
    """The marketplace's own, as it is set now. One query."""
    identity = (await shown()).identity
    return Letterhead(identity.name, identity.sender, identity.contact_email)


@job("mail.send", manner=Manner.TOGETHER)
async def send(context: Context, unique_key: str) -> None:
    """Send one mail."""
    await mail.send(context.settings, unique_key, await letterhead())


async def on_mail_posted(tx: Transaction, event: MailPosted) -> None:
    """Send it soon."""
    send.once(f"mail:{event.unique_key}")(tx, unique_key=event.unique_key)
