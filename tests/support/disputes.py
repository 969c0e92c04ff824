"""What tests about disputes share: a disputed sale, and everything that is due afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import run
from shared.finance.disputes import service
from shared.finance.disputes.models import Dispute
from shared.finance.payments.models import Payment
from shared.finance.payments.service import confirm_payment, create_payment_intent
from shared.infra.jobs.worker import Worker
from tests.support.claims import empty_the_balance, pay_out_by_itself
from tests.support.market import confirm
from tests.support.money import sell
from tests.support.purchases import buy_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox

DISPUTE, INQUIRY, NOT_RECEIVED, SEVERAL = (
    "pm_card_createDispute",
    "pm_card_createDisputeInquiry",
    "pm_card_createDisputeProductNotReceived",
    "pm_card_createMultipleDisputes",
)


async def work(context: Context) -> None:
    """Run every job that is due: claims settle, mails go out."""
    await Worker(context, run.job_handlers()).run_due()


async def disputed(
    context: Context,
    sandbox: RunningSandbox,
    shop: Shop,
    *,
    card: str = DISPUTE,
    quantity: int = 1,
) -> Dispute:
    """A paid order whose payment is disputed, followed and settled."""
    payment = await sell(context.gateway, sandbox, shop, card=card, quantity=quantity)
    for stripe_id in await at_stripe(context.gateway, sandbox, payment):
        await service.sync_dispute(context.gateway, stripe_id)
    await work(context)
    return await Dispute.filter(payment_id=payment.id).order_by("id").first()  # type: ignore[return-value]


async def at_stripe(
    gateway: Gateway, sandbox: RunningSandbox, payment: Payment
) -> list[str]:
    """The disputes of a payment at Stripe, oldest first."""
    sandbox.advance(1)  # the bank comes half a second after the money
    intent = str(payment.stripe_payment_intent_id)
    found = await gateway.disputes.list(payment_intent=intent)
    assert found, "nothing was disputed"
    return [dispute.id for dispute in found]


async def decide(
    context: Context, sandbox: RunningSandbox, row: Dispute, outcome: str
) -> Dispute:
    """The bank decides; we read it and settle."""
    sandbox.control(
        "POST", f"disputes/{row.stripe_dispute_id}/close", {"outcome": outcome}
    )
    return await again(context, row)


async def again(context: Context, row: Dispute) -> Dispute:
    """Read the dispute again and settle."""
    await service.sync_dispute(context.gateway, row.stripe_dispute_id)
    await work(context)
    return await Dispute.get(id=row.id)


async def empty_balance(sandbox: RunningSandbox, account: str) -> None:
    """Everything that the vendor holds at Stripe goes to its bank, by a payout that the books do
    not know.
    """
    await empty_the_balance(sandbox, account)
    pay_out_by_itself(sandbox, account, "manual")


async def shared_dispute(
    context: Context,
    sandbox: RunningSandbox,
    shops: Sequence[Shop],
    *,
    card: str = DISPUTE,
) -> list[Dispute]:
    """A purchase at these shops whose one payment is disputed: a row for each, followed."""
    purchase = await buy_from(shops)
    first = purchase.order_ids[0]
    view = await create_payment_intent(context.gateway, order_id=first)
    await confirm(sandbox, view.payment_intent_id, card)
    await confirm_payment(context.gateway, view.payment_intent_id)
    payment = await Payment.get(order_id=first)
    for stripe_id in await at_stripe(context.gateway, sandbox, payment):
        await service.sync_dispute(context.gateway, stripe_id)
    await work(context)
    return await Dispute.all().order_by("id")
