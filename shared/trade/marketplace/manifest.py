"""What this domain registers."""

from __future__ import annotations

from shared.core.domains import Manifest, Subscription
from shared.infra.mail.events import MailPosted
from shared.trade.marketplace import models, sending

MANIFEST = Manifest(
    models=models,
    jobs=(sending.send,),
    subscriptions=(Subscription(MailPosted, sending.on_mail_posted),),
)
