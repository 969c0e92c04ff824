"""Events about refunds (the platform's endpoint)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from shared.core.domains import NOT_OURS, Apply, InSteps
from shared.finance.payments.service import is_intent_known
from shared.finance.refunds import external_refunds, refunded_amounts, sync
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import RefundState, next_state
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
) -> Apply | InSteps | None:
    """Read the refund again; one that was made in Stripe's dashboard gets a row, in steps."""
    if not event.object_id or not await is_intent_known(event.related_intent):
        return None
    try:
        answer = await context.gateway.refunds.get(event.object_id)
    except StripeMissing:
        return None
    reading = await _read(context.gateway, answer)
    if reading is None:
        return InSteps(partial(_import, context.gateway, answer))
    return partial(_follow, reading)


async def read_refunds(
    context: Context,
    event: VerifiedEvent,
) -> Apply | InSteps | None:
    """A charge says that something of it went back, not what: read all refunds of its payment."""
    intent_id = event.related_intent
    if intent_id is None or not await is_intent_known(intent_id):
        return None
    found = await context.gateway.refunds.list(payment_intent=intent_id)
    readings = [await _read(context.gateway, answer) for answer in found]
    known = [reading for reading in readings if reading is not None]
    # What one of them changes is locked after all of them.
    if len(known) < len(found) or sum(each.is_news for each in known) > 1:
        return InSteps(partial(_import_all, context.gateway, intent_id))
    return partial(_follow_all, known)


@dataclass(frozen=True)
class _RefundReading:
    """What Stripe says of a refund that has a row, and what came back along with it."""

    row: Refund
    answer: StripeRefund
    moved: Along

    @property
    def is_news(self) -> bool:
        """Whether more than reasons can follow from it, as the row was when it was read."""
        state = RefundState(self.row.status)
        is_new = state is RefundState.OPENING
        return is_new or next_state(state, self.answer.status) is not None


async def _read(
    gateway: Gateway,
    answer: StripeRefund,
) -> _RefundReading | None:
    row = await external_refunds.row_of(answer)
    if row is None:
        return None
    moved = await sync.read_along(gateway, row.id, answer)
    return _RefundReading(row, answer, moved)


async def _follow(
    reading: _RefundReading,
    tx: Transaction,
) -> str:
    refund_id = reading.row.id
    state = await sync.apply_in(tx, refund_id, reading.answer, reading.moved)
    return _said(state)


async def _follow_all(
    readings: Sequence[_RefundReading],
    tx: Transaction,
) -> str:
    for refund_id in sorted(reading.row.id for reading in readings):
        await refunded_amounts.locked(tx, refund_id)
    for reading in sorted(readings, key=lambda each: each.is_news):
        await _follow(reading, tx)
    return _counted(len(readings))


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
