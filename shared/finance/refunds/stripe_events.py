"""Events about refunds (the platform's endpoint)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from shared.core.domains import NOT_OURS, Answer, InSteps, NoNews
from shared.core.frozen import frozen
from shared.finance.payments.service import is_intent_known
from shared.finance.refunds import external_refunds, sync
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState
from shared.finance.refunds.stripe_reads import Along
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.refunds import StripeRefund
from shared.infra.jobs import Context
from shared.infra.unit import Transaction


async def read_refund(
    context: Context,
    event: VerifiedEvent,
) -> Answer:
    """Read the refund again; one that was made in Stripe's dashboard gets a row, in steps."""
    if not event.object_id:
        return None
    known = await external_refunds.known_row(event.object_id)
    if known is None and not await is_intent_known(event.related_intent):
        return None
    try:
        answer = await context.gateway.refunds.get(event.object_id)
    except StripeMissing:
        return None
    row = known or await external_refunds.row_of(answer)
    if row is None:
        return InSteps(partial(_import, context.gateway, answer))
    if not sync.is_news(row, answer):
        return NoNews(_said(RefundState(row.status)))
    return await _following(context.gateway, row, answer, None)


async def read_refunds(
    context: Context,
    event: VerifiedEvent,
) -> Answer:
    """A charge says that something of it went back, not what: read all refunds of its payment."""
    intent_id = event.related_intent
    if intent_id is None or not await is_intent_known(intent_id):
        return None
    found = await context.gateway.refunds.list(payment_intent=intent_id)
    known = await _known([answer.id for answer in found])
    news, said = [], _counted(len(found))
    for answer in found:
        row = known.get(answer.id) or await external_refunds.row_of(answer)
        if row is None or sync.is_news(row, answer):
            news.append((row, answer))
    if not news:
        return NoNews(said)
    row, answer = news[0]
    # What one of them changes is locked after all of them.
    if len(news) > 1 or row is None:
        return InSteps(partial(_import_all, context.gateway, intent_id))
    return await _following(context.gateway, row, answer, said)


@frozen
class _RefundReading:
    """What Stripe says of a refund that has a row, and what came back along with it."""

    refund_id: int
    answer: StripeRefund
    moved: Along


async def _known(ids: Sequence[str]) -> dict[str, Refund]:
    rows = await Refund.filter(stripe_refund_id__in=list(ids))
    return {str(row.stripe_refund_id): row for row in rows}


async def _following(
    gateway: Gateway,
    row: Refund,
    answer: StripeRefund,
    said: str | None,
) -> Answer:
    """What is to be done so that a refund that has a row, or each order's part of it, follows."""
    if row.is_part:
        return partial(_follow_parts, answer, said)
    moved = await sync.read_along(gateway, row.id, answer)
    return partial(_follow, _RefundReading(row.id, answer, moved), said)


async def _follow_parts(
    answer: StripeRefund,
    said: str | None,
    tx: Transaction,
) -> str:
    state = await sync.apply_parts(tx, answer)
    return said or _said(state)


async def _follow(
    reading: _RefundReading,
    said: str | None,
    tx: Transaction,
) -> str:
    refund_id, moved = reading.refund_id, reading.moved
    state = await sync.apply_in(tx, refund_id, reading.answer, moved)
    return said or _said(state)


async def _import(
    gateway: Gateway,
    answer: StripeRefund,
) -> str:
    return _said(await external_refunds.import_refund(gateway, answer))


async def _import_all(
    gateway: Gateway,
    intent_id: str,
) -> str:
    return _counted(await external_refunds.sync_refunds_of(gateway, intent_id))


def _said(state: RefundState | None) -> str:
    return NOT_OURS if state is None else f"refund is {state}"


def _counted(count: int) -> str:
    return "1 refund read" if count == 1 else f"{count} refunds read"
