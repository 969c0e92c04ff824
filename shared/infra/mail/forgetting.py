"""Mails that went out long ago are deleted."""

from __future__ import annotations

from datetime import timedelta

from shared.infra.jobs import Context, recurring
from shared.infra.jobs.forgetting import days_ago, forget
from shared.infra.mail.models import Email

# What a shopper was told of an order is evidence when a bank asks, which may be long after it.
EVIDENCE_DAYS = 730


@recurring("mail.forget", every=timedelta(hours=1))
async def forget_mails(context: Context) -> None:
    """Drop the mails that were sent long ago; those about an order stay as long as they may prove
    something.
    """
    sent = Email.filter(status="sent")
    before = days_ago(context.settings.keeps.mails)
    await forget(sent.filter(order_id=None, created_at__lt=before))
    of_orders = sent.filter(order_id__not_isnull=True)
    await forget(of_orders.filter(created_at__lt=days_ago(EVIDENCE_DAYS)))
