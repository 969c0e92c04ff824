"""`/shop/account/payment-methods` and the payment page, as whole pages: for their shopper, and for
nobody else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from shared.finance.payment_methods.models import (
    PaymentMethod,
    PaymentMethodSetup,
    StripeCustomer,
)
from shared.trade.orders.models import Checkout, Order
from shared.trade.people.models import Customer
from tests.support.app import link_of
from tests.support.market import check_out, open_shop
from tests.support.saving import (
    MASTERCARD,
    VISA,
    add_card,
    another_row,
    at_stripe,
    customer_of,
    held,
    set_up,
)
from tests.support.storefront import Browser, counted, words

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

HOME = "/shop/account/payment-methods"


async def joined(app: Quart, name: str) -> tuple[Browser, int]:
    """A shopper who has just made an account, and the account's id."""
    browser = Browser(app.test_client())
    await browser.get("/shop/account/signup")
    email = f"{name}@example.test"
    form = {
        "full_name": f"{name} Lovelace",
        "email": email,
        "password": "a-good-password",
    }
    answer = await browser.post("/shop/account/signup", form)
    assert answer.status_code == 303
    return browser, (await Customer.get(email=email)).id


def secret_in(html: str) -> str:
    """The client secret that a page was made with."""
    found = re.search(r'data-client-secret="([^"]+)"', html)
    assert found
    return found[1]


async def test_a_card_is_added_listed_made_default_and_removed(
    app: Quart, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """All with plain links and forms; only typing the card needs Stripe's script."""
    browser, shopper_id = await joined(app, "ada")
    assert "No saved cards" in words(await browser.get(HOME))
    for number in (VISA, MASTERCARD):
        answer = await browser.client.get(f"{HOME}/add")
        assert answer.headers["Cache-Control"] == "no-store"
        page = str(await answer.get_data(as_text=True))
        set_up(sandbox, secret_in(page), number)
        back = await browser.client.get(
            f"{HOME}/added?setup_intent=seti_any&redirect_status=failed"
        )
        assert (back.status_code, back.location) == (303, HOME)
    page = words(await browser.get(HOME))
    assert "Mastercard •••• 4444 is saved." in page
    assert re.search(r"Visa •••• 4242 Default .*Mastercard •••• 4444", page)
    visa, master = await PaymentMethod.filter(customer_id=shopper_id).order_by("id")
    answer = await browser.post(f"{HOME}/{master.id}/default")
    assert answer.location == HOME
    assert re.search(
        r"Mastercard •••• 4444 Default .*Visa •••• 4242", words(await browser.get(HOME))
    )
    await browser.post(f"{HOME}/{visa.id}/remove")
    page = words(await browser.get(HOME))
    assert "The card is removed." in page
    assert "4242" not in page
    assert held(sandbox, await customer_of(shopper_id)) == ["4444"]
    # From a tab that was open all the while.
    answer = await browser.post(f"{HOME}/{visa.id}/default")
    assert "not saved any more" in words(await browser.get(answer.location))


async def test_a_shoppers_cards_are_for_that_shopper_alone(
    app: Quart, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Another shopper, a guest and a vendor see nothing of them, and can change nothing."""
    ada, ada_id = await joined(app, "ada")
    bob, bob_id = await joined(app, "bob")
    await add_card(gateway, sandbox, ada_id)
    row = await PaymentMethod.get()
    shop = await open_shop(gateway, sandbox)
    order = await Order.get(id=(await check_out(shop, customer_id=ada_id)).order_id)
    token = link_of((await Checkout.get(id=order.checkout_id)).token)
    mine = await ada.get(f"/shop/checkout/{token}")
    assert row.stripe_payment_method_id in mine
    assert "data-customer-session" in mine
    guest = Browser(app.test_client())
    for stranger in (bob, guest):
        page = await stranger.get(f"/shop/checkout/{token}")
        assert secret_in(page) == secret_in(mine)
        for hidden in (
            "•••• 4242",
            row.stripe_payment_method_id,
            row.stripe_customer_id,
            "data-customer-session",
        ):
            assert hidden not in page
    assert "4242" not in await bob.get(HOME)
    for verb in ("default", "remove"):
        assert (await bob.post(f"{HOME}/{row.id}/{verb}")).status_code == 404
        refused = await guest.post(f"{HOME}/{row.id}/{verb}")
        assert refused.location.startswith("/shop/account/login")
    assert await PaymentMethod.exists(id=row.id, is_active=True, is_default=True)
    assert not await StripeCustomer.exists(customer_id=bob_id)


async def test_a_stripe_that_does_not_answer_is_a_sentence(
    app: Quart, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """On the page that adds a card and on the way back; what was saved meanwhile shows itself
    later.
    """
    browser, _ = await joined(app, "ada")
    down = {"match": {"path": "/v1/setup_intents"}, "effect": "status", "status": 503}
    sandbox.faults(down)
    page = words(await browser.get(f"{HOME}/add", status=503))
    assert "No card can be added right now" in page
    sandbox.faults()
    set_up(sandbox, secret_in(await browser.get(f"{HOME}/add")))
    sandbox.faults(down)
    answer = await browser.client.get(f"{HOME}/added")
    assert "We do not know yet whether your card was saved." in words(
        await browser.get(answer.location)
    )
    sandbox.faults()
    await browser.client.get(f"{HOME}/added")
    assert "Visa •••• 4242 is saved." in words(await browser.get(HOME))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("4000000000000002", "Your card was declined. Nothing was saved."),
        ("4000002500003155", "Your bank has not heard from you, so nothing was saved."),
    ],
)
async def test_a_card_that_is_not_saved_is_said(
    app: Quart, gateway: Gateway, sandbox: RunningSandbox, number: str, said: str
) -> None:
    """Declined, or left before the bank was answered; the address says nothing that counts."""
    browser, _ = await joined(app, "ada")
    set_up(sandbox, secret_in(await browser.get(f"{HOME}/add")), number)
    await browser.client.get(f"{HOME}/added?redirect_status=succeeded")
    assert said in words(await browser.get(HOME))
    assert not await PaymentMethod.exists()


async def test_coming_back_without_having_left(
    app: Quart, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The return address opened by itself."""
    browser, _ = await joined(app, "ada")
    answer = await browser.client.get(f"{HOME}/added")
    assert "No card was being added." in words(await browser.get(answer.location))
    assert not await PaymentMethodSetup.exists()


async def test_cards_that_went_with_their_customer_are_explained(
    app: Quart, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Deleted at Stripe: the list says so, a payment page that was open goes on without, another
    card can be added.
    """
    browser, shopper_id = await joined(app, "ada")
    await add_card(gateway, sandbox, shopper_id)
    shop = await open_shop(gateway, sandbox)
    token = link_of((await check_out(shop, customer_id=shopper_id)).token)
    before = await browser.get(f"/shop/checkout/{token}")
    at_stripe(sandbox, "DELETE", f"customers/{await customer_of(shopper_id)}")
    after = await browser.get(f"/shop/checkout/{token}?again=1")
    assert secret_in(after) != secret_in(before)
    assert 'name="way"' not in after
    assert "no longer held at Stripe" in words(await browser.get(HOME))
    set_up(sandbox, secret_in(await browser.get(f"{HOME}/add")))
    await browser.client.get(f"{HOME}/added")
    assert "Visa •••• 4242" in words(await browser.get(HOME))


async def test_the_list_costs_the_same_however_long_it_is(
    app: Quart, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Constant numbers of queries, and none of Stripe."""
    browser, shopper_id = await joined(app, "ada")
    await add_card(gateway, sandbox, shopper_id)
    with counted() as few:
        await browser.get(HOME)
    row = await PaymentMethod.get()
    for n in range(8):
        await another_row(row, f"pm_{n}")
    asked = sandbox.requests()[-1]["n"]
    with counted() as many:
        await browser.get(HOME)
    assert len(many) == len(few)
    assert sandbox.requests(after=asked) == []
