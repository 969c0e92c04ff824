"""Saved cards on a payment that several vendors share: as on any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.payment_methods import sync
from shared.finance.payment_methods.models import PaymentMethod
from shared.finance.payment_methods.queries import saved_methods
from shared.finance.payments.models import Payment
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import IntentView, create_payment_intent
from shared.trade.orders.models import Order
from tests.support.factories import make_customer
from tests.support.market import open_shop
from tests.support.purchases import SharedPurchase, buy_from
from tests.support.saving import add_card, at_stripe, customer_of, held, pay

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def _purchase(
    gateway: Gateway, sandbox: RunningSandbox, shopper_id: int
) -> SharedPurchase:
    shops = [await open_shop(gateway, sandbox) for _ in range(2)]
    return await buy_from(shops, customer_id=shopper_id)


async def _open(
    gateway: Gateway, purchase: SharedPurchase, shopper_id: int, which: int = 0
) -> IntentView:
    return await create_payment_intent(
        gateway, order_id=purchase.order_ids[which], shopper_id=shopper_id
    )


async def _is_paid(purchase: SharedPurchase) -> bool:
    orders = await Order.filter(checkout_id=purchase.checkout_id)
    return {order.payment_status for order in orders} == {"paid"}


async def test_a_card_is_kept_when_the_box_is_ticked(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Once, for the shopper, and for none of the vendors."""
    shopper = await make_customer()
    purchase = await _purchase(gateway, sandbox, shopper.id)
    view = await _open(gateway, purchase, shopper.id, 1)
    assert view.box_secret
    pay(sandbox, view, save=True)
    await refresh(gateway, checkout_token=purchase.token)
    await sync.sync_shopper(gateway, shopper.id)
    (row,) = await PaymentMethod.filter(customer_id=shopper.id)
    assert (row.card_last4, row.vendor_id, row.is_default) == ("4242", None, True)
    assert await _is_paid(purchase)


async def test_a_saved_card_pays_the_whole_purchase(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Whoever ordered, with one confirmation; a guest with the link has no saved cards."""
    shopper = await make_customer()
    await add_card(gateway, sandbox, shopper.id)
    purchase = await _purchase(gateway, sandbox, shopper.id)
    view = await _open(gateway, purchase, shopper.id)
    guest = await purchase_view(gateway, purchase)
    assert guest.payment_intent_id == view.payment_intent_id
    assert (guest.stripe_customer_id, guest.box_secret) == (None, None)
    [card] = await saved_methods(shopper.id)
    at_stripe(
        sandbox,
        "POST",
        f"payment_intents/{view.payment_intent_id}/confirm",
        payment_method=card.stripe_id,
        return_url="http://127.0.0.1/back",
    )
    await refresh(gateway, checkout_token=purchase.token)
    assert await _is_paid(purchase)
    assert held(sandbox, await customer_of(shopper.id)) == ["4242"]


async def purchase_view(gateway: Gateway, purchase: SharedPurchase) -> IntentView:
    """What somebody who is not signed in gets."""
    return await create_payment_intent(gateway, order_id=purchase.order_ids[1])


async def test_a_customer_that_was_deleted_at_stripe_stops_no_payment(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A card that is typed pays the same orders, by another intent that they share."""
    shopper = await make_customer()
    await add_card(gateway, sandbox, shopper.id)
    purchase = await _purchase(gateway, sandbox, shopper.id)
    before = await _open(gateway, purchase, shopper.id)
    gone = await customer_of(shopper.id)
    at_stripe(sandbox, "DELETE", f"customers/{gone}")
    await sync.sync_methods(gateway, gone)
    view = await _open(gateway, purchase, shopper.id, 1)
    assert view.payment_intent_id != before.payment_intent_id
    assert view.stripe_customer_id != gone
    pay(sandbox, view, save=False)
    await refresh(gateway, checkout_token=purchase.token)
    assert await _is_paid(purchase)
    states = await Payment.all().order_by("id").values_list("status", flat=True)
    assert states == ["canceled", "canceled", "succeeded", "succeeded"]
