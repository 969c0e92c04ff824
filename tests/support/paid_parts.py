"""A purchase at several shops, paid at a stand-in over HTTP: for tests of pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.locales import SOURCE
from shared.finance.payments.models import Payment
from shared.finance.payments.service import (
    confirm_payment,
    create_payment_intent,
    record_charge,
)
from shared.trade.orders.models import Checkout
from tests.support.disputes import work
from tests.support.market import confirm
from tests.support.purchases import SharedPurchase, buy_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.infra.jobs import Context
    from tests.support.market import Shop
    from tests.support.sandbox import RunningSandbox


async def paid_at(
    context: Context,
    sandbox: RunningSandbox,
    shops: Sequence[Shop],
    *,
    customer_id: int | None = None,
    language: str = SOURCE,
) -> SharedPurchase:
    """A purchase whose money, charge and transfers have arrived everywhere."""
    purchase = await buy_from(shops, customer_id=customer_id)
    await Checkout.filter(id=purchase.checkout_id).update(language=language)
    await pay_for(context, sandbox, purchase.order_ids[0])
    return purchase


async def pay_for(context: Context, sandbox: RunningSandbox, first: int) -> None:
    """Pay the purchase that an order leads; its money, charge and transfers arrive everywhere."""
    intent = await create_payment_intent(context.gateway, order_id=first)
    await confirm(sandbox, intent.payment_intent_id)
    await confirm_payment(context.gateway, intent.payment_intent_id)
    sandbox.control("POST", "clock/advance", {"seconds": 60})
    lead = await Payment.get(order_id=first)
    assert lead.stripe_charge_id is not None
    await record_charge(context.gateway, lead.stripe_charge_id)
    await work(context)
