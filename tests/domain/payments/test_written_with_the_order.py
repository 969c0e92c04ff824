"""A guest's payment is written down in the transaction that places the order: its page asks Stripe
at once, with nothing more to store before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.finance.payments.opening_statements import unasked_of
from shared.infra.restoring.models import Restoration
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.orders.declines import HOUR
from shared.trade.orders.errors import TooManyDeclines, VendorCannotSell
from shared.trade.orders.models import Checkout, Order
from tests.support.declines import declined_too_often
from tests.support.factories import make_customer, make_payment
from tests.support.purchases import SharedPurchase, buy_from

if TYPE_CHECKING:
    from tests.support.machine import Market

pytestmark = pytest.mark.both_engines


def made_at_stripe(market: Market) -> list[Any]:
    """Every intent of an order."""
    found = market.stand.v1.payment_intents.list({"limit": 100}).data
    return [one for one in found if "order_number" in one.metadata.to_dict()]


async def bought(market: Market, number: int = 1, **more: Any) -> SharedPurchase:
    """A purchase at so many shops, whose page nobody has opened."""
    countries = ("LU", "FR", "DE")[:number]
    return await buy_from(await market.fill(*countries), **more)


@pytest.mark.parametrize("number", [1, 3])
async def test_what_was_written_down_is_what_the_page_asks_for(
    market: Market, number: int
) -> None:
    """A payment an order, one write, nothing at Stripe; then the same rows with its one intent."""
    purchase = await bought(market, number)
    before = await purchase.payments()
    assert [each.status for each in before] == ["opening"] * number
    lead = next(each for each in before if each.leads)
    write = await StripeWrite.get(key=lead.idempotency_key)
    assert (write.state, write.subject) == ("waiting", lead.as_subject)
    assert not made_at_stripe(market)
    view = await purchase.open(market)
    after = await purchase.payments()
    assert [each.id for each in after] == [each.id for each in before]
    assert {each.stripe_payment_intent_id for each in after} == {view.payment_intent_id}
    (intent,) = made_at_stripe(market)
    orders = await purchase.orders()
    assert intent.amount == sum(order.total_amount_cents for order in orders)
    await write.refresh_from_db()
    assert (write.state, write.stripe_id) == ("answered", intent.id)


async def test_who_is_signed_in_may_pay_with_what_is_saved_so_its_page_writes_it_down(
    market: Market,
) -> None:
    """Stripe is asked about its customer before."""
    customer = await make_customer()
    purchase = await bought(market, customer_id=customer.id)
    assert not await purchase.payments()
    await purchase.open(market)
    assert len(await purchase.payments()) == 1


@pytest.mark.parametrize("number", [1, 3])
async def test_a_page_that_nobody_opens_leaves_nothing_to_pay_behind(
    market: Market, number: int
) -> None:
    """A job asks instead after a minute; when the time has run out, the intent is cancelled."""
    purchase = await bought(market, number)
    market.advance(61)
    await market.settle()
    (intent,) = made_at_stripe(market)
    assert intent.status == "requires_payment_method"
    market.advance(31 * 60)
    await market.settle()
    (intent,) = made_at_stripe(market)
    assert intent.status == "canceled"
    assert (await Checkout.get(id=purchase.checkout_id)).status == "expired"
    assert {each.status for each in await purchase.payments()} == {"canceled"}
    assert await market.stuck() == []


@pytest.mark.parametrize("number", [1, 3])
async def test_it_is_read_as_the_orm_reads_it(market: Market, number: int) -> None:
    """By whichever of its orders."""
    purchase = await bought(market, number)
    rows = await Payment.filter(order__checkout_id=purchase.checkout_id).order_by("id")
    for order_id in purchase.order_ids:
        found = await unasked_of(order_id)
        assert found is not None
        assert [vars(each) for each in found.payments] == [vars(row) for row in rows]
        write = await StripeWrite.get(subject__startswith="payment:")
        assert vars(found.write) == vars(write)
        assert found.is_selling
    await VendorPaymentConfig.all().update(accepts_payments=False)
    found = await unasked_of(purchase.order_ids[0])
    assert found is not None
    assert not found.is_selling


ELSE = {
    "asked": "payment.stripe_payment_intent_id is known",
    "paid": "the order is paid",
    "closed": "the checkout is over",
    "restored": "money stands still",
    "business": "whether its number still holds is to be looked at",
    "answered": "the write is over",
    "renumbered": "Stripe has stored a failure under the key",
    "again": "there is another payment",
    "none": "there is no payment",
}


@pytest.mark.parametrize("why", ELSE)
async def test_where_there_is_more_to_look_at_the_orders_are_locked(
    market: Market, why: str
) -> None:
    """One question alone decides nothing then."""
    purchase = await bought(market)
    (payment,), (order,) = await purchase.payments(), await purchase.orders()
    write = StripeWrite.filter(key=payment.idempotency_key)
    mine = Order.filter(id=order.id)
    match why:
        case "asked":
            await purchase.open(market)
        case "paid":
            await mine.update(payment_status="paid")
        case "closed":
            await Checkout.filter(id=order.checkout_id).update(status="cancelled")
        case "restored":
            now = clock.now()
            await Restoration.create(backup_made_at=now, source="test")
        case "business":
            await mine.update(buyer_vat_number="LU12345678")
        case "answered":
            await write.update(state="answered")
        case "renumbered":
            await write.update(key=f"{payment.idempotency_key}:2")
        case "again":
            await Payment.filter(id=payment.id).update(status="canceled")
            await make_payment(order, attempt=2, status="opening")
        case "none":
            await Payment.filter(id=payment.id).delete()
    assert await unasked_of(order.id) is None


@pytest.mark.parametrize("number", [1, 3])
async def test_stripe_is_not_asked_where_too_many_cards_were_declined(
    market: Market, number: int
) -> None:
    """Nor where the vendors lost their accounts since."""
    purchase = await bought(market, number)
    checkout = await Checkout.get(id=purchase.checkout_id)
    await VendorPaymentConfig.all().update(accepts_payments=False)
    with pytest.raises(VendorCannotSell):
        await purchase.open(market)
    await VendorPaymentConfig.all().update(accepts_payments=True)
    await declined_too_often(checkout)
    with pytest.raises(TooManyDeclines):
        await purchase.open(market)
    assert not made_at_stripe(market)


@pytest.mark.parametrize("number", [1, 3])
async def test_an_intent_that_a_job_has_made_is_not_given_out_either(
    market: Market, number: int
) -> None:
    """Not while too many cards were declined, however often its page is asked for."""
    purchase = await bought(market, number)
    checkout = await Checkout.get(id=purchase.checkout_id)
    market.advance(61)
    await market.settle()
    assert len(made_at_stripe(market)) == 1
    await declined_too_often(checkout)
    for _ in range(2):
        with pytest.raises(TooManyDeclines):
            await purchase.open(market)
    market.advance(HOUR.total_seconds() + 1)
    later = clock.now() + HOUR
    await Checkout.filter(id=checkout.id).update(reserved_until=later)
    view = await purchase.open(market)
    assert [one.id for one in made_at_stripe(market)] == [view.payment_intent_id]
