"""stripe-facts 9: a method is saved while it pays, and a browser pays with what is saved."""

import pytest

from tests.sandbox.shopper import answer, browser, card_data, customer
from tests.support.standin_errors import refused
from tests.support.standin_saved import USED_UP, attached


@pytest.mark.parametrize("usage", ["on_session", "off_session"])
async def test_saving_during_payment_attaches_after_success(platform, usage):
    who = await customer(platform)
    before = len(platform.kinds())
    paid = await platform.pay(customer=who.id, setup_future_usage=usage)
    assert (
        await platform.v1.payment_methods.retrieve_async(paid.payment_method)
    ).customer == who.id
    assert platform.kinds(before)[-2:] == [
        "payment_intent.succeeded",
        "payment_method.attached",
    ]
    assert (
        await platform.pay(paid.payment_method, customer=who.id, off_session=True)
    ).status == "succeeded"


async def test_saving_during_payment_waits_for_the_challenge_and_not_for_a_decline(
    platform,
):
    who = await customer(platform)
    given = {"customer": who.id, "setup_future_usage": "off_session"}
    asked = await platform.pay("pm_card_authenticationRequired", **given)
    assert (
        await platform.v1.payment_methods.list_async({"customer": who.id})
    ).data == []
    await answer(platform, asked)
    assert (
        len((await platform.v1.payment_methods.list_async({"customer": who.id})).data)
        == 1
    )
    await refused(platform.pay("pm_card_visa_chargeDeclined", **given))
    assert (
        len((await platform.v1.payment_methods.list_async({"customer": who.id})).data)
        == 1
    )


async def test_without_that_wish_a_customers_new_card_is_not_saved(platform):
    who = await customer(platform)
    paid = await platform.pay(customer=who.id)
    assert (
        await platform.v1.payment_methods.retrieve_async(paid.payment_method)
    ).customer is None
    options = {"card": {"setup_future_usage": "off_session"}}
    paid = await platform.pay(customer=who.id, payment_method_options=options)
    assert (
        await platform.v1.payment_methods.retrieve_async(paid.payment_method)
    ).customer == who.id


async def test_a_wish_without_a_customer_leaves_the_method_to_be_attached(platform):
    paid = await platform.pay(setup_future_usage="off_session")
    assert USED_UP in (await refused(platform.pay(paid.payment_method))).user_message
    who = await customer(platform)
    assert (await attached(platform, who, paid.payment_method)).customer == who.id
    assert (
        await platform.pay(paid.payment_method, customer=who.id)
    ).status == "succeeded"


async def test_a_browser_pays_with_what_the_intents_customer_saved_and_only_that(
    platform,
):
    who, other = await customer(platform), await customer(platform)
    mine, theirs = await attached(platform, who), await attached(platform, other)

    async def pay(intent, method):
        path = f"/v1/payment_intents/{intent.id}/confirm"
        return await browser(
            platform,
            "POST",
            path,
            client_secret=intent.client_secret,
            payment_method=method.id,
        )

    intent = await platform.intent(customer=who.id)
    status, body = await pay(intent, theirs)
    assert (status, body["error"]["param"]) == (400, "payment_method")
    assert (await pay(await platform.intent(), mine))[0] == 400
    status, body = await pay(intent, mine)
    assert (status, body["status"]) == (200, "succeeded")


async def test_a_browser_saves_the_card_that_it_pays_with(platform):
    who = await customer(platform)
    intent = await platform.intent(customer=who.id)
    given = {
        **card_data("payment_method_data"),
        "payment_method_data[allow_redisplay]": "always",
        "client_secret": intent.client_secret,
        "setup_future_usage": "off_session",
    }
    status, body = await browser(
        platform, "POST", f"/v1/payment_intents/{intent.id}/confirm", **given
    )
    assert (status, body["status"]) == (200, "succeeded")
    saved = (await platform.v1.payment_methods.list_async({"customer": who.id})).data[0]
    assert (saved.id, saved.allow_redisplay) == (body["payment_method"], "always")
