"""What tests about refunds share: a sale with round numbers, a marketplace with money, asking for a
refund and letting jobs run.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import run
from shared.core import clock
from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect import payment_configs
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payments.models import Payment
from shared.finance.payments.service import (
    confirm_payment,
    create_payment_intent,
    record_charge,
)
from shared.finance.refunds import service
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.infra import unit
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.baskets import service as baskets
from shared.trade.commission import service as fees
from shared.trade.orders.models import Order
from shared.trade.orders.service import place_order
from tests.support.market import ADA, Shop, confirm, open_shop, stripe_post
from tests.support.money import DAY, held, sell, stripe_get
from tests.support.shipping import BY_STANDARD, send_by

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from shared.trade.commission.rules import RefundPolicy
    from tests.support.sandbox import RunningSandbox

PRICE = 2000  # with a commission of 10 %: 200
WHOLE = RefundRequest(Reach.WHOLE)


@dataclass(frozen=True)
class Sold:
    """A paid order of one shop."""

    shop: Shop
    order: Order
    payment: Payment


async def fund_platform(
    sandbox: RunningSandbox, amount: int = 100_000, *, settled: int = 1
) -> None:
    """Money of the platform's own, in its books as unexplained; charges settle after so many
    seconds.
    """
    intent = await stripe_post(
        sandbox,
        "/v1/payment_intents",
        **{
            "amount": str(amount),
            "currency": "eur",
            "confirm": "true",
            "payment_method": "pm_card_bypassPending",
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
        },
    )
    sandbox.advance(settled)
    charge = stripe_get(sandbox, f"/v1/charges/{intent['latest_charge']}")
    row = stripe_get(
        sandbox, f"/v1/balance_transactions/{charge['balance_transaction']}"
    )
    async with unit.transaction() as tx:
        await ledger.post(
            tx,
            postings.unexplained(
                postings.Unexplained(None, "EUR", row["net"], row["id"])
            ),
        )


async def sold(
    gateway: Gateway,
    sandbox: RunningSandbox,
    *,
    card: str = "pm_card_visa",
    quantity: int = 1,
    funded: bool = True,
    others: int = 1,
) -> Sold:
    """A paid order at 10 %; the platform has money unless told otherwise, and the vendor that of
    `others` more sales.
    """
    shop = await open_shop(gateway, sandbox, price=PRICE, stock=20)
    await payment_configs.set_platform_fee(
        vendor_id=shop.vendor_id, percentage=Decimal(10), actor="test"
    )
    if funded:
        await fund_platform(sandbox)
    for _ in range(others):
        await sell(gateway, sandbox, shop)
    payment = await sell(gateway, sandbox, shop, card=card, quantity=quantity)
    return Sold(shop, await Order.get(id=payment.order_id), payment)


async def sold_with_delivery(
    gateway: Gateway,
    sandbox: RunningSandbox,
    *,
    quantity: int = 2,
) -> Sold:
    """A paid order with delivery at €4.90."""
    shop = await open_shop(gateway, sandbox, price=PRICE, stock=20)
    await send_by(shop.vendor_id)
    await fund_platform(sandbox)
    basket = await baskets.add(None, product_id=shop.product_id, quantity=quantity)
    token = await place_order(
        basket_token=basket,
        contact=ADA,
        customer_id=None,
        hold_minutes=30,
        shipping={shop.vendor_id: BY_STANDARD},
    )
    return await paid_for(gateway, sandbox, shop, token)


async def paid_for(
    gateway: Gateway, sandbox: RunningSandbox, shop: Shop, token: str
) -> Sold:
    """The one order of a checkout is paid, and its charge is known."""
    order = await Order.get(checkout__token=token)
    intent = await create_payment_intent(gateway, order_id=order.id)
    await confirm(sandbox, intent.payment_intent_id)
    await confirm_payment(gateway, intent.payment_intent_id)
    sandbox.advance(1)
    payment = await Payment.get(order_id=order.id)
    await record_charge(gateway, payment.stripe_charge_id or "")
    return Sold(shop, await Order.get(id=order.id), await Payment.get(id=payment.id))


async def set_policy(policy: RefundPolicy, **limits: int) -> None:
    """What refunds do to the commission, and above what they wait."""
    await fees.set_policy(
        refund_policy=policy, refund_approval_limits=limits, actor="test"
    )


async def ask(
    gateway: Gateway,
    sale: Sold,
    wish: RefundRequest = WHOLE,
    *,
    seen: int | None = None,
) -> Refund:
    """A refund that is written down."""
    made = await service.request(
        gateway,
        vendor_id=sale.shop.vendor_id,
        number=sale.order.number,
        wish=wish,
        reason="requested_by_customer",
        note="Sorry.",
        by=f"member:{sale.shop.member_id}",
        seen=seen,
    )
    return await Refund.get(id=made.id)


async def refund(gateway: Gateway, sale: Sold, wish: RefundRequest = WHOLE) -> Refund:
    """Asked for, and asked of Stripe at once as the page does."""
    made = await ask(gateway, sale, wish)
    await service.try_now(gateway, made.id)
    return await Refund.get(id=made.id)


async def by_one_call(made: Refund) -> None:
    """Let the refund be asked for in one call, whatever Stripe holds."""
    write = await StripeWrite.get(subject=f"refund:{made.id}")
    write.params |= {"reverse_transfer": True, "refund_application_fee": True}
    await write.save()


def amount(minor: int) -> RefundRequest:
    """A free amount."""
    return RefundRequest(Reach.AMOUNT, minor)


async def run_jobs(context: Context, *, hours: float = 2) -> None:
    """Everything that falls due in the next hours, a step of five minutes at a time."""
    worker = Worker(context, run.job_handlers())
    start = clock.now()
    await Job.filter(kind__startswith="payments.").delete()
    for minutes in range(1, int(hours * 60), 5):
        with clock.use(lambda at=start + timedelta(minutes=minutes): at):  # type: ignore[misc]
            await worker.run_due()


def no_payouts(sandbox: RunningSandbox, shop: Shop) -> dict[str, str]:
    """Stripe pays nothing out by itself, however late it gets; the headers of whoever acts for the
    vendor.
    """
    headers = {
        "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
        "Stripe-Account": shop.account_id,
    }
    sandbox.request(
        "POST",
        "/v1/balance_settings",
        "payments[payouts][schedule][interval]=manual",
        headers,
    )
    return headers


async def leave(sandbox: RunningSandbox, shop: Shop, rest: int) -> None:
    """All but `rest` of what the vendor holds goes to its bank, in the books too."""
    headers = no_payouts(sandbox, shop)
    sandbox.advance(8 * DAY)
    out = held(sandbox, shop.account_id)["EUR"] - rest
    _, raw = sandbox.request(
        "POST", "/v1/payouts", f"amount={out}&currency=eur", headers
    )
    payout = json.loads(raw)
    sandbox.advance(8 * DAY)
    assert held(sandbox, shop.account_id).get("EUR", 0) == rest
    fact = postings.PaidOut(next(_payouts), shop.vendor_id, "EUR", out, payout["id"])
    async with unit.transaction() as tx:
        await ledger.post(tx, postings.payout_sent(fact))
        await ledger.post(tx, postings.payout_arrived(fact))


_payouts = itertools.count(10_000)
