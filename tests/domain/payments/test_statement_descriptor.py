"""What the payment page promises to stand on the card statement is what Stripe was told, word for
word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.finance.payments import jobs
from shared.finance.payments.models import Payment
from shared.finance.payments.service import (
    confirm_payment,
    create_payment_intent,
    record_charge,
)
from shared.infra.gateway.errors import StripeUnavailable
from shared.trade.marketplace import service as marketplace
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.market import check_out, confirm, open_shop
from tests.support.money import stripe_get
from tests.support.portal import operator_in
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def shop_named(gateway: Gateway, sandbox: RunningSandbox, name: str) -> Any:
    """A shop of this name, on the page `/shops/lux`."""
    shop = await open_shop(gateway, sandbox)
    await (
        (await Vendor.get(id=shop.vendor_id))
        .update_from_dict({"slug": "lux", "name": name})
        .save()
    )
    return shop


@pytest.mark.parametrize(
    "case",
    [
        ("Smørrebrød", "MARKET* SMORREBROD"),
        ("L’Étui “d’or” <1>", "MARKET* LETUI DOR 1"),
    ],
)
async def test_the_page_shows_what_the_statement_will_say(
    client: Any,
    gateway: Gateway,
    sandbox: RunningSandbox,
    context: Context,
    case: tuple[str, str],
) -> None:
    """With the prefix that Stripe has; the charge then says the same."""
    name, shown = case
    await jobs.read_statement_prefix.run(context, {})
    await shop_named(gateway, sandbox, name)
    browser = Browser(client)
    await browser.add("/shops/lux/cup")
    page = words(await browser.get(await browser.check_out()))
    payment = await Payment.get()
    assert f"Your card statement will show {shown} ." in page
    await confirm(sandbox, str(payment.stripe_payment_intent_id))
    charge = stripe_get(
        sandbox, f"/v1/payment_intents/{payment.stripe_payment_intent_id}"
    )["latest_charge"]
    assert (
        stripe_get(sandbox, f"/v1/charges/{charge}")["calculated_statement_descriptor"]
        == shown
    )


async def test_while_the_prefix_is_not_known_only_our_part_is_promised(
    client: Any, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Room is left for any prefix; what Stripe says of the charge is noted."""
    await shop_named(gateway, sandbox, "Atelier Luxembourg")
    browser = Browser(client)
    await browser.add("/shops/lux/cup")
    page = words(await browser.get(await browser.check_out()))
    assert "Your card statement will end with ATELIER LU ." in page
    payment = await Payment.get()
    await confirm(sandbox, str(payment.stripe_payment_intent_id))
    await confirm_payment(gateway, str(payment.stripe_payment_intent_id))
    await payment.refresh_from_db()
    await record_charge(gateway, str(payment.stripe_charge_id))
    await payment.refresh_from_db()
    assert payment.statement_descriptor == "MARKET* ATELIER LU"


async def test_a_shop_renamed_between_two_tries_pays_by_the_words_of_the_first(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Stripe refuses a key with other parameters: what was sent is stored before it is sent.

    The answer was lost.
    """
    await marketplace.note_statement_prefix("MARKET")
    shop = await shop_named(gateway, sandbox, "Old Name")
    purchase = await check_out(shop)
    sandbox.breaks("/v1/payment_intents", "reset_after", times=3)
    with pytest.raises(StripeUnavailable):
        await create_payment_intent(gateway, order_id=purchase.order_id)
    sandbox.faults()
    await (
        (await Vendor.get(id=shop.vendor_id))
        .update_from_dict({"name": "New Name"})
        .save()
    )
    await marketplace.note_statement_prefix("OTHER")

    view = await create_payment_intent(gateway, order_id=purchase.order_id)

    assert (view.statement_descriptor, await Payment.all().count()) == (
        "MARKET* OLD NAME",
        1,
    )
    (intent,) = stripe_get(sandbox, "/v1/payment_intents?limit=10")["data"]
    assert (intent["id"], intent["statement_descriptor_suffix"]) == (
        view.payment_intent_id,
        "OLD NAME",
    )


async def test_the_prefix_is_read_from_stripe_and_kept_while_stripe_is_down(
    gateway: Gateway, sandbox: RunningSandbox, context: Context
) -> None:
    """Hourly; a failure is the job's, and what was known stays."""
    await jobs.read_statement_prefix.run(context, {})
    shop = await shop_named(gateway, sandbox, "花店")
    sandbox.fails(503, "/v1/account")
    with pytest.raises(StripeUnavailable):
        await jobs.read_statement_prefix.run(context, {})
    sandbox.faults()
    assert (await MarketplaceSettings.get()).statement_prefix == "MARKET"
    purchase = await check_out(shop)
    view = await create_payment_intent(gateway, order_id=purchase.order_id)
    assert (
        view.statement_descriptor
        == f"MARKET* {(await Order.get(id=purchase.order_id)).number}"
    )


async def test_the_operator_reads_what_statements_begin_with(
    client: Any, context: Context
) -> None:
    """And when it was changed at Stripe; asking again notes nothing."""
    staff = await operator_in(client)
    assert "was not read from Stripe yet" in words(
        await staff.get("/operator/settings")
    )
    for _ in range(2):
        await jobs.read_statement_prefix.run(context, {})
    said = words(await staff.get("/operator/settings"))
    assert "Shoppers read MARKET* Name of the shop on their card statements." in said
    assert said.count("Card statements begin with nothing → MARKET") == 1
