"""What became of the demo's money after the sales: a part given back, a payday, a dispute; as
people and time would have it.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Protocol

from shared.core import clock
from shared.core.settings import Settings
from shared.entrypoints.cli.demo_goods import LUXE, VELO
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.service import sync_dispute
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.payments.service import record_charge
from shared.finance.payments.transfers import TransferShare
from shared.finance.payouts.scheduler import pay
from shared.finance.recovery.service import settle
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.finance.refunds.service import ask, request
from shared.finance.statements.service import close_vendor
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context
from shared.infra.stripe_writes import service as writes
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState
from shared.trade.orders.models import OrderLine
from shared.trade.people.models import Member
from shared.trade.vendors.models import Vendor

REFUNDED, DISPUTED = "anna.weber@example.test", "elise.martin@example.test"
ACTOR = "system"
PATIENCE = 10  # seconds until the stand-in has moved the money of the last sale


class Bank(Protocol):
    """What a shopper's bank does at Stripe."""

    async def dispute(self, charge_id: str, reason: str) -> None: ...


async def happen(gateway: Gateway, settings: Settings, bank: Bank) -> None:
    """Everything, each thing once, however often the fill begins anew."""
    await _send_on(gateway)
    await _read_charges(gateway)
    await _give_back(gateway)
    for vendor in (LUXE, VELO):
        await _payday(gateway, settings, vendor.slug)
    await _dispute(gateway, bank)
    await _close_months()


async def _send_on(gateway: Gateway) -> None:
    """What vendors get of payments that they share; a worker would ask for it."""
    waiting = StripeWrite.filter(operation=TransferShare.name, state=WriteState.WAITING)
    for write in await waiting.order_by("id"):
        with clock.use(lambda at=write.created_at: at + timedelta(seconds=2)):  # type: ignore[misc]
            await writes.perform(gateway, write.id)


async def _read_charges(gateway: Gateway) -> None:
    """Transfers and fees follow a charge a moment later; a worker would ask for them."""
    lacking = Payment.filter(
        status__in=list(PAID_STATES),
        stripe_transfer_id=None,
        stripe_charge_id__not_isnull=True,
    )
    for _ in range(PATIENCE * 2):
        waiting = await lacking.order_by("id")
        for payment in waiting:
            with clock.use(lambda at=payment.paid_at: at + timedelta(minutes=1)):  # type: ignore[misc]
                await record_charge(gateway, str(payment.stripe_charge_id))
        if not await lacking.exists():
            return
        await asyncio.sleep(0.5)


async def _payment_of(email: str) -> Payment | None:
    paid = Payment.filter(
        order__checkout__email=email,
        status__in=list(PAID_STATES),
        stripe_transfer_id__not_isnull=True,
    )
    return await paid.order_by("id").select_related("order").first()


async def _give_back(gateway: Gateway) -> None:
    """One of two card wallets came back, and is in stock again."""
    payment = await _payment_of(REFUNDED)
    if (
        payment is None
        or payment.paid_at is None
        or await Refund.exists(order_id=payment.order_id)
    ):
        return
    line = await OrderLine.filter(order_id=payment.order_id, quantity__gt=1).first()
    if line is None:
        return
    owner = await Member.filter(vendor_id=payment.vendor_id).order_by("id").first()
    asked = payment.paid_at + timedelta(days=6)
    with clock.use(lambda: asked):
        refund = await request(
            gateway,
            vendor_id=payment.vendor_id,
            number=payment.order.number,
            wish=RefundRequest(
                Reach.LINES,
                quantities={line.id: 1},
                restock=frozenset({line.id}),
            ),
            reason="requested_by_customer",
            note="The second one came back unused. Thank you for telling us.",
            by=f"member:{owner.id}" if owner else ACTOR,
        )
        await ask(gateway, refund.id)


async def _payday(gateway: Gateway, settings: Settings, slug: str) -> None:
    """The last Monday's payout: what was available then is on its way to the bank."""
    monday = _last_monday()
    at = datetime.combine(
        monday,
        time(8),
        tzinfo=clock.now().tzinfo,
    )
    vendor = await Vendor.get_or_none(slug=slug)
    if vendor is not None:
        with clock.use(lambda: at):
            await pay(Context(gateway, settings), vendor_id=vendor.id, payday=monday)


def _last_monday() -> date:
    today = clock.now().date()
    return today - timedelta(days=today.weekday() or 7)


async def _dispute(gateway: Gateway, bank: Bank) -> None:
    """A shopper's bank claims back a payment whose bag has not arrived, it says."""
    payment = await _payment_of(DISPUTED)
    if payment is None or await Dispute.exists(order_id=payment.order_id):
        return
    intent = payment.stripe_payment_intent_id
    if not await gateway.disputes.list(payment_intent=intent):
        await bank.dispute(str(payment.stripe_charge_id), "product_not_received")
    for dispute in await gateway.disputes.list(payment_intent=intent):
        await sync_dispute(gateway, dispute.id)
    for row in await Dispute.filter(order_id=payment.order_id):
        await settle(gateway, f"dispute:{row.id}")


async def _close_months() -> None:
    """Last month's statement and invoice, which the night would write."""
    vendors = Vendor.filter(slug__in=[LUXE.slug, VELO.slug])
    for vendor in await vendors.order_by("id"):
        await close_vendor(vendor.id)
