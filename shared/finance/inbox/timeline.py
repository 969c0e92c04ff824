"""The history of an order for the operator: what was done, what Stripe told us and what that
changed, mails.

A constant number of queries, whatever happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tortoise.expressions import Q

from shared.core.frozen import frozen
from shared.finance.disputes.models import Dispute
from shared.finance.inbox.models import WebhookEvent
from shared.finance.inbox.queries import EventView, view
from shared.finance.payments.models import Payment
from shared.finance.payouts.models import Payout
from shared.finance.refunds.models import Refund
from shared.infra.activity.queries import (
    Happened,
    LedTo,
    led_to,
    of_order,
)
from shared.infra.mail.queries import MailView, mails_of_order
from shared.infra.references.models import StripeReference
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Order
from shared.trade.orders.purchase_mails import receipt_key

LIMIT = 200


@frozen
class Done:
    """An act, with Stripe's id of what it was done to."""

    at: datetime
    act: Happened
    stripe_id: str | None


@frozen
class TimelineEvent:
    """An event of Stripe's, with what it changed of this order; `elsewhere`: and of others."""

    at: datetime
    event: EventView
    elsewhere: bool = False


@frozen
class Timeline:
    """An order's happenings, newest first; `cut` when there were more than are shown."""

    order_id: int
    number: str
    currency: str
    vendor_id: int
    entries: tuple[Done | TimelineEvent | MailView, ...]
    cut: bool


@dataclass
class _Things:
    """What belongs to an order: our names for it with Stripe's id of each, and all of Stripe's."""

    subjects: dict[str, str | None] = field(default_factory=dict)
    stripe_ids: set[str] = field(default_factory=set)

    def add(self, subject: str, *stripe_ids: str | None) -> None:
        known = [stripe_id for stripe_id in stripe_ids if stripe_id]
        first = known[0] if known else None
        self.subjects[subject] = self.subjects.get(subject) or first
        self.stripe_ids |= set(known)


async def timeline(order_id: int) -> Timeline:
    """All that is known of one order. Raises NotFound."""
    order = await Order.get_or_none(id=order_id)
    if order is None:
        raise OrderNotFound
    things = await _things(order.id)
    events = await _events(order.id, things)
    for row in events:
        things.add(row.as_subject, row.stripe_event_id)
    done = await _done(order.id, things)
    changes = await led_to([row.as_subject for row in events], order.id)
    mails = await mails_of_order(
        order.id, also=receipt_key(order.checkout_id), newest=LIMIT
    )
    entries: list[Done | TimelineEvent | MailView] = [
        *done,
        *(_told(row, changes) for row in events),
    ]
    entries += mails
    # Stable: of one moment, what we did stands above what told us.
    entries.sort(key=lambda entry: entry.at, reverse=True)
    cut = len(entries) > LIMIT or len(events) == LIMIT
    return Timeline(
        order.id,
        order.number,
        order.currency,
        order.vendor_id,
        tuple(entries[:LIMIT]),
        cut,
    )


async def _things(order_id: int) -> _Things:
    found = _Things()
    for payment in await Payment.filter(order_id=order_id):
        found.add(
            payment.as_subject,
            payment.stripe_payment_intent_id,
            payment.stripe_charge_id,
        )
    for part in await Refund.filter(order_id=order_id, stripe_amount__not_isnull=True):
        found.add(part.as_subject, part.stripe_refund_id)
    for dispute in await Dispute.filter(order_id=order_id):
        found.add(dispute.as_subject, dispute.stripe_dispute_id)
    for payout in await Payout.filter(items__order_id=order_id).distinct():
        found.add(payout.as_subject, payout.stripe_payout_id)
    for known in await StripeReference.filter(order_id=order_id).order_by("id"):
        found.add(known.subject, known.stripe_id)
    return found


async def _events(order_id: int, things: _Things) -> list[WebhookEvent]:
    """Those that were found to be the order's when they came, and those whose object turned out to
    be later.
    """
    mine = Q(order_id=order_id)
    if things.stripe_ids:
        mine |= Q(stripe_object_id__in=sorted(things.stripe_ids))
    return (
        await WebhookEvent.filter(mine)
        .order_by("-id")
        .limit(LIMIT)
        .select_related("order")
    )


def _told(
    row: WebhookEvent,
    changes: Mapping[str, LedTo],
) -> TimelineEvent:
    found = changes.get(row.as_subject, LedTo(()))
    return TimelineEvent(
        row.created_at,
        view(row, found.changes),
        found.elsewhere,
    )


async def _done(order_id: int, things: _Things) -> list[Done]:
    acts = await of_order(
        order_id,
        also=things.subjects,
        acts_only=True,
        newest=LIMIT,
    )
    return [
        Done(
            act.at,
            act,
            things.subjects.get(act.subject),
        )
        for act in acts
    ]
