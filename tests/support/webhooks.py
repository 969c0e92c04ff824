"""Events of Stripe's as they are made and delivered, and an intent that is paid."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import stripe

from shared.core import clock
from shared.finance.inbox import intake
from shared.finance.inbox.models import WebhookEvent
from shared.finance.payments.service import create_payment_intent
from tests.support.market import check_out, confirm, open_shop

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox


def event(
    kind: str,
    subject: dict[str, Any],
    *,
    number: int = 1,
    **more: Any,
) -> str:
    """An event's body."""
    return json.dumps(
        {
            "id": f"evt_{number}",
            "object": "event",
            "type": kind,
            "created": int(clock.now().timestamp()),
            "livemode": False,
            "api_version": "2026-10-28.endive",
            "data": {"object": subject},
            **more,
        }
    )


async def deliver(
    context: Context, body: str, source: str = "platform"
) -> WebhookEvent:
    """Sign and hand in a body, and answer the stored row."""
    settings = context.settings.stripe
    secret = (
        settings.webhook_secrets
        if source == "platform"
        else settings.connect_webhook_secrets
    )[0]
    header = stripe.WebhookSignature.generate_signature_header(body, secret)
    await intake.receive(context, source=source, body=body.encode(), signature=header)
    return await WebhookEvent.get(source=source, stripe_event_id=json.loads(body)["id"])


async def paid_intent(gateway: Gateway, sandbox: RunningSandbox) -> tuple[int, str]:
    """An order whose money is at Stripe while we have not heard of it: (order id, intent id)."""
    bought = await check_out(await open_shop(gateway, sandbox))
    view = await create_payment_intent(gateway, order_id=bought.order_id)
    await confirm(sandbox, view.payment_intent_id)
    return bought.order_id, view.payment_intent_id
