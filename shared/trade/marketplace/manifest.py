"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.infra.mail.events import MailPosted
from shared.trade.marketplace import mail_sender, models

MANIFEST = Manifest(
    models=models,
    jobs=(mail_sender.send,),
    subscriptions=(Subscription(MailPosted, mail_sender.on_mail_posted),),
)
